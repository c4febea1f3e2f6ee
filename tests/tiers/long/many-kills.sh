# The same with twenty packs that are killed at random times, thrice each.
set -u
export KILLS_ROUNDS=20
. "$ROOT/tests/tiers/kills.sh"
