"""The year 2020, replayed from the published figures of the Hérault."""
