# Each is wrong use: exit status 2 and one message.
try() {
    status=0
    pack "$@" || status=$?
    echo "$status"
}
{
    try
    try -x
    try inof a.h5
    try info
    try info a.h5 b.h5
    try info --sandbox maybe a.h5
    try verify --sandbx off a.h5
    try diff a.h5
    try diff a.h5 b.h5 c.h5
    try diff --limit -1 a.h5 b.h5
    try sheet -o a.png
    try sheet --clips 0 -o a.png a.h5
} 2>&1
