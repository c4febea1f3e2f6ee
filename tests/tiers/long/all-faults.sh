# Not one call of each place, but every call that the programs make of the
# system: thousands.
set -u
export FAULTS_ALL=yes
. "$ROOT/tests/tiers/long/faults.sh"
