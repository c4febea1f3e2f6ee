# One name for all programs: each verb is the program of that name, and what
# it says can be typed again.
try() {
    status=0
    triptych "$@" || status=$?
    echo "$status"
}
{
    try
    try exract
    try nonsense
    try --verison
    try extract --frames 0
    try pack
    try pack info
    try predict --version
    try predict --by=
    try train --help | head -n 1
    triptych pack resplit --help | head -n 1
    triptych predict --help | grep '&&'
} 2>&1
make-clips --clips 2 --classes 2 clips >log
triptych extract -o a.h5 clips >log 2>&1
"$BUILD/tools/extract/extract" -o b.h5 clips >log 2>&1
cmp a.h5 b.h5
# A folder with nothing but links to the programs, as one installs them.
mkdir bin
cp "$BUILD/tools/triptych/triptych" "$BUILD/tools/pack/triptych-pack" bin
bin/triptych pack verify a.h5
bin/triptych train a.h5
