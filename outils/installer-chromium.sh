#!/bin/sh
# Installe Chromium, dont les tests de bout en bout ont besoin, là où apt est permis.
set -u
commande="apt-get install -y --no-install-recommends chromium"
if [ "$(id -u)" = "0" ] && command -v apt-get >/dev/null 2>&1; then
  apt-get update -q >/dev/null && DEBIAN_FRONTEND=noninteractive $commande >/dev/null && exit 0
fi
echo "Chromium manque pour les tests de bout en bout. Tapez : sudo $commande" >&2
exit 1
