# Source this to go on with mounts of one's own (as root, where that is allowed),
# which go with the script however it ends: own_mounts "$0" ARGUMENT...
own_mounts() {
    if [ -z "${TRIPTYCH_TEST_OWN_MOUNTS:-}" ] && unshare --mount true 2>/dev/null; then
        TRIPTYCH_TEST_OWN_MOUNTS=yes exec unshare --mount bash "$@"
    fi
}
