# The same with a hundred kills at random times for each of the programs.
set -u
export KILLS=100
. "$ROOT/tests/tiers/kills.sh"
