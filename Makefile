# La Place des clauses. « make run » et « make test » suffisent ; « make help » dit le reste.
SHELL := /bin/sh
PYTHON ?= python3
BIN := .venv/bin
PORT ?= 8000
PIP := $(BIN)/python -m pip --disable-pip-version-check
export OMP_NUM_THREADS := 1
# What Python compiled is kept: each worker and each command a test starts would compile it all again.
unexport PYTHONDONTWRITEBYTECODE
export DATABASE_URL ?= sqlite:///$(CURDIR)/var/place.db

.DEFAULT_GOAL := help
.PHONY: help run test test-postgres lint fix bench verrous captures chromium propre

help: ## Cette aide
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 22

run: .venv/.execution ## Installe tout, prépare la démonstration et sert http://127.0.0.1:8000
	@MODE_DEMO=oui $(BIN)/marketplace run --demo herault --port $(PORT)

test: .venv/.developpement chromium ## Installe tout et passe tous les tests, sur SQLite puis sur PostgreSQL
	$(BIN)/python -m pytest -n 2
	BASE_TEST=postgres $(BIN)/python -m pytest -n 2 -m "not e2e and not sans_base" --ignore=tests/web

lint: .venv/.developpement ## Vérifie le style, les types, les gabarits et le sens des imports
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/djlint --lint --quiet marketplace/web/templates

fix: .venv/.developpement ## Corrige ce qui peut l'être tout seul
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: .venv/.developpement ## Mesure les vitesses, en rapports pris dans un même passage
	$(BIN)/marketplace bench

captures: .venv/.developpement chromium ## Refait les captures d'écran du README
	$(BIN)/python -m tests.e2e.captures

verrous: .venv/.developpement ## Recalcule les verrous des dépendances (demande uv)
	uv pip compile pyproject.toml --group build --universal --python-version 3.11 --generate-hashes --no-header --no-annotate -q -o requirements.lock
	uv pip compile pyproject.toml --group build --group dev --universal --python-version 3.11 --generate-hashes --no-header --no-annotate -q -o requirements-dev.lock

chromium:
	@command -v chromium >/dev/null 2>&1 || sh outils/installer-chromium.sh

propre: ## Efface l'environnement et la base locale
	rm -rf .venv var

.venv/bin/python:
	@$(PYTHON) -m venv .venv || { echo "Il manque python3-venv : apt-get install -y python3-venv"; rm -rf .venv; exit 1; }

# Le verrou de développement contient celui d'exécution : qui l'a installé n'a plus rien à installer.
.venv/.execution: requirements.lock pyproject.toml | .venv/bin/python
	@echo "Installation des dépendances (une minute environ la première fois)…"
	@test -f .venv/.developpement || $(PIP) install -q --require-hashes --no-deps -r requirements.lock
	@$(PIP) install -q --no-deps --no-build-isolation -e .
	@touch $@

.venv/.developpement: requirements-dev.lock pyproject.toml | .venv/bin/python
	@echo "Installation des dépendances de développement (deux minutes environ la première fois)…"
	@$(PIP) install -q --require-hashes --no-deps -r requirements-dev.lock
	@$(PIP) install -q --no-deps --no-build-isolation -e .
	@touch $@
