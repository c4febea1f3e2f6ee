# The kernels for 64-bit ARM: compiled by a cross compiler, tested in an emulator
# against the plain ones. Their libraries are Debian's for arm64, unpacked into a
# scratch folder.
set -u
. "$ROOT/tests/lib/tap.sh"
. "$ROOT/tests/lib/builds.sh"

tests='nn_kernel_sets nn_conv_pool nn_conv_dense nn_block_kernels nn_profile'
packages='libcmocka0 libcmocka-dev libopenblas0-pthread libopenblas-pthread-dev libgfortran5'
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
libraries=$work/root/usr/lib/aarch64-linux-gnu
headers=$work/root/usr/include

# Leave the system's own package lists alone: an apt of another architecture.
fetch_packages() {
    mkdir -p "$work/state/lists/partial" "$work/cache/archives/partial" "$work/debs" "$work/root"
    : >"$work/status"
    cat >"$work/apt.conf" <<EOT
APT::Architecture "arm64";
APT::Architectures { "arm64"; };
APT::Sandbox::User "root";
Dir::State "$work/state";
Dir::State::status "$work/status";
Dir::Cache "$work/cache";
EOT
    # shellcheck disable=SC2086 # words
    (cd "$work/debs" && export APT_CONFIG=$work/apt.conf \
        && apt-get update && apt-get download $packages) || return 1
    for package in "$work"/debs/*.deb; do
        dpkg -x "$package" "$work/root" || return 1
    done
}

compile() { # output, further arguments
    local output=$1
    shift
    aarch64-linux-gnu-gcc -std=c11 -O2 -Wall -Wextra -Werror -Wno-psabi -ffp-contract=off \
        -fno-math-errno -D_GNU_SOURCE '-DTRIPTYCH_VERSION="arm64"' -DKERNEL_NEON \
        -I"$ROOT" -isystem "$headers" \
        -isystem "$headers/aarch64-linux-gnu/openblas-pthread" -o "$output" "$@"
}

sources_of() {
    python3 "$ROOT/tests/lib/target_sources.py" "$ROOT" "$BUILDS/gcc" "$1"
}

# Some at a time: lines of a prefix for the object's name, a source, and flags.
compile_all() {
    local prefix source flags running=0 failed=0
    while read -r prefix source flags; do
        if [ "$running" -ge "${JOBS:-2}" ]; then
            wait -n || failed=1
            running=$((running - 1))
        fi
        # shellcheck disable=SC2086 # words
        compile "$work/objects/$prefix-$(basename "$source").o" $flags -c "$ROOT/$source" &
        running=$((running + 1))
    done
    while [ "$running" -gt 0 ]; do
        wait -n || failed=1
        running=$((running - 1))
    done
    return "$failed"
}

# What is linked lazily from it: no sandbox, whose libraries are not here.
make_library() {
    local source
    mkdir -p "$work/objects"
    { sources_of base && sources_of nn && echo formats/net_text.c; } >"$work/plain" || return 1
    sources_of nn_c >"$work/kernels" || return 1
    while read -r source; do
        grep -qE '<(seccomp|sha2)\.h>' "$ROOT/$source" || echo "plain $source"
    done <"$work/plain" >"$work/list"
    while read -r source; do
        echo "c $source -DKERNEL_SET=c"
        echo "neon $source -DKERNEL_SET=neon -DVEC8_NEON=1"
    done <"$work/kernels" >>"$work/list"
    compile_all <"$work/list" \
        && aarch64-linux-gnu-gcc-ar crs "$work/library.a" "$work"/objects/*.o
}

# Fused multiply-adds in the kernels of the set neon, none in those of c.
right_instructions() {
    aarch64-linux-gnu-objdump -d "$work/objects/neon-conv_pool_planar.c.o" | grep -qw fmla \
        && ! aarch64-linux-gnu-objdump -d "$work/objects/c-conv_pool_planar.c.o" | grep -qw fmla
}

run_test() { # name
    compile "$work/test_$1" "$ROOT/tests/unit/test_$1.c" "$ROOT/tests/unit/nn_fixture.c" \
        "$work/library.a" -L"$libraries" -L"$libraries/openblas-pthread" \
        -Wl,-rpath-link,"$libraries" -lcmocka -lopenblas -lm -lpthread \
        && CMOCKA_MESSAGE_OUTPUT=TAP timeout 1200 qemu-aarch64 -L /usr/aarch64-linux-gnu \
            -E "LD_LIBRARY_PATH=$libraries:$libraries/openblas-pthread" "$work/test_$1"
}

for program in aarch64-linux-gnu-gcc qemu-aarch64 dpkg apt-get; do
    if ! command -v $program >/dev/null; then
        tap_skip 'kernels for 64-bit ARM' "no $program"
        tap_done
    fi
done
need_build gcc
if ! fetch_packages >"$TAP_LOGS/fetch.log" 2>&1; then
    tap_skip 'kernels for 64-bit ARM' "no packages for arm64: $(tail -n 1 "$TAP_LOGS/fetch.log")"
    tap_done
fi
tap_run 'the kernels compile for 64-bit ARM' make_library
tap_run 'each set has its own instructions' right_instructions
for test in $tests; do
    tap_program "test_$test on 64-bit ARM" run_test "$test"
done
tap_done
