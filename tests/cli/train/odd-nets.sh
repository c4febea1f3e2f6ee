. "$CASES/train/small-pack.bash"
try() { # the text of a net
    printf "$1" >odd.net
    status=0
    train -o run --net odd.net small.h5 2>&1 || status=$?
    echo "status $status"
}
try ''
try 'Conv 5x5x4\n'
try 'conv 5x5x4 stride=2 3\n'
try 'conw 5x5x4\n'
try 'conv 5x5x4\nlinear\n'
try 'flatten\nlinear 7\n'
try 'residual {\nrelu\n'
# Sizes that no machine has are refused before anything is allocated.
try 'conv 3x3x5000\nflatten\nlinear\n'
try 'flatten\nlinear 16777216\nlinear 16777216\nlinear\n'
status=0
train -o run --net absent small.h5 2>&1 || status=$?
echo "status $status"
[ ! -e run ]
