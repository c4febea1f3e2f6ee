# The builds that tests use, for scripts: source this after setting ROOT (the
# source tree) and BUILDS (the folder they go to).
#
#   build_all NAME     configure once, then compile; NAME is gcc, clang or asan
#   build_crash        the programs alone, with crash points
#   build_fault        the programs alone, with fault injection and sanitizers
#   need_build NAME    the same for a tier, which ends if it fails (after tap.sh)

build_setup() {
    local folder=$BUILDS/$1 compiler=$2
    shift 2
    if [ ! -f "$folder/build.ninja" ]; then
        rm -rf "$folder"
        CC=$compiler meson setup --werror "$@" "$folder" "$ROOT"
    fi
}

build_make() {
    ninja -C "$BUILDS/$1" -k 0 ${JOBS:+-j "$JOBS"}
}

# The options of each build that tests know.
build_configure() {
    case $1 in
    gcc)
        if [ -n "${COVERAGE:-}" ]; then
            # Warnings of other optimisation levels are not what this is for.
            build_setup gcc gcc --buildtype=debugoptimized -Doptimization=1 -Db_coverage=true \
                -Dc_args=-Wno-error
        else
            build_setup gcc gcc --buildtype=release
        fi
        ;;
    clang) build_setup clang clang --buildtype=release ;;
    asan)
        # gcc takes minutes to optimise the instrumented kernels.
        build_setup asan gcc --buildtype=debugoptimized -Doptimization=1 \
            -Db_sanitize=address,undefined '-Dc_args=-fno-sanitize-recover=all -Wno-error'
        ;;
    *) echo "no build is called '$1'"; return 1 ;;
    esac
}

build_all() {
    build_configure "$1" && build_make "$1"
}

# Not one that CI looks at for warnings: only what the kills need.
build_crash() {
    build_setup crash gcc --buildtype=release -Dcrash_points=true -Dtests=false \
        && ninja -C "$BUILDS/crash" ${JOBS:+-j "$JOBS"} tools/extract/extract tools/pack/pack \
            tools/train/train
}

build_fault() {
    build_setup fault gcc --buildtype=debugoptimized -Dtests=false \
        -Dfault_injection=true -Db_sanitize=address,undefined \
        -Dc_args=-fno-sanitize-recover=all \
        && ninja -C "$BUILDS/fault" ${JOBS:+-j "$JOBS"} tools/extract/extract tools/pack/pack \
            tools/train/train tools/predict/predict tools/model/model
}

# A tier that needs the build NAME says so first. The build is a test point only
# if it fails, and then the tier's last one.
need_build() {
    local log=$TAP_LOGS/build.$1.log
    if ! build_all "$1" >"$log" 2>&1; then
        tap_not_ok "build $1" "$log"
        tap_done
    fi
}
