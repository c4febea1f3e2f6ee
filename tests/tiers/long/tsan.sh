# ThreadSanitizer over everything that runs in threads: the unit tests that do, a
# training and a prediction by five, and extract with several workers (whose parent
# has to stay without threads, since it forks).
set -u
. "$ROOT/tests/lib/tap.sh"
. "$ROOT/tests/lib/builds.sh"

tests='base_threads base_mapping base_worker crew nn_executor nn_evaluate nn_feed nn_profile
nn_trainer nn_updates train_run train_resume predict_run'
tsan_build() {
    # Little optimisation: the kernels take long enough as it is.
    # shellcheck disable=SC2046,SC2086 # words
    build_setup tsan clang --buildtype=debugoptimized -Doptimization=1 -Db_sanitize=thread \
        -Db_lundef=false \
        && ninja -C "$BUILDS/tsan" ${JOBS:+-j "$JOBS"} $(printf 'tests/unit/test_%s\n' $tests) \
            data/make-clips tools/extract/extract tools/train/train tools/predict/predict
}
if ! tsan_build >"$TAP_LOGS/build.tsan.log" 2>&1; then
    tap_not_ok 'build tsan' "$TAP_LOGS/build.tsan.log"
    tap_done
fi
export TSAN_OPTIONS=halt_on_error=1:exitcode=66:second_deadlock_stack=1
export TRIPTYCH_SOURCE_ROOT=$ROOT CMOCKA_MESSAGE_OUTPUT=TAP
export OPENBLAS_NUM_THREADS=1 # its own threads are not ours to check
scratch=$TAP_LOGS/scratch
mkdir -p "$scratch" && cd "$scratch" || exit 1
export TMPDIR=$scratch
PATH=$BUILDS/tsan/tools/extract:$BUILDS/tsan/tools/train:$BUILDS/tsan/tools/predict:$PATH

# It finds a race, or the points below would say nothing.
finds_a_race() {
    cat >race.c <<'EOF_C'
#include <pthread.h>
static int count;
static void *add(void *unused)
{
    for (int i = 0; i < 1000; i++) {
        count++;
    }
    return unused;
}
int main(void)
{
    pthread_t one, two;
    pthread_create(&one, NULL, add, NULL);
    pthread_create(&two, NULL, add, NULL);
    pthread_join(one, NULL);
    pthread_join(two, NULL);
    return 0;
}
EOF_C
    local status=0
    clang -g -fsanitize=thread -o race race.c -pthread && ./race || status=$?
    [ "$status" -eq 66 ]
}
tap_run 'it finds a race' finds_a_race

for test in $tests; do
    tap_program "$test" timeout 900 "$BUILDS/tsan/tests/unit/test_$test"
done
several_workers() {
    "$BUILDS/tsan/data/make-clips" --classes 3 --groups 4 --clips 2 clips \
        && extract -j 3 --size 24x24 -o pack.h5 clips
}
tap_run 'extract -j 3' several_workers
printf 'conv 5x5x4\nbatchnorm\nrelu\nmaxpool 2\ndropout 0.3\nflatten\nlinear\n' >small.net
tap_run 'train --threads 5' train -q --threads 5 --net small.net --epochs 2 --batch 16 \
    --hflip 0.5 --brightness 0.3 -o run pack.h5
tap_run 'train --resume --threads 5' train -q --threads 5 --resume run --epochs 3 pack.h5
tap_run 'predict --threads 5' predict -q --threads 5 -o table.csv run/model.h5 pack.h5
cd / && [ -n "$KEEP_SCRATCH" ] || rm -rf "$scratch"
tap_done
