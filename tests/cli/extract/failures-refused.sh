# A table of failures that cannot be written is refused before any work: SOURCE is not even
# looked for. What is there stays, an unfinished pack among it.
mkdir folder
mkfifo pipe
echo unfinished >a.h5.partial
try() {
    status=0
    extract -o a.h5 --failures "$1" gone || status=$?
    echo "$status"
}
{
    for table in gone/failed.tsv folder pipe a.h5 ./a.h5.partial a.h5.journal; do
        try "$table"
    done
    try fine.tsv
} 2>&1
cat a.h5.partial
ls
