# The same pack for any number of workers, any order of arguments, any order in
# which the folders were filled.
make-clips --classes 3 --groups 3 --clips 2 clips
extract -j 1 -o one.h5 clips
extract -j 3 -o three.h5 clips >/dev/null
cmp one.h5 three.h5
mkdir copy
for class in $(ls -r clips); do
    mkdir "copy/$class"
    for clip in $(ls -r "clips/$class"); do cp "clips/$class/$clip" "copy/$class/"; done
done
extract -o copy.h5 copy >/dev/null
cmp one.h5 copy.h5
find clips -name '*.avi' >list
sort -o list list
extract -j 2 -o forth.h5 @list >/dev/null 2>&1
sort -r list >back
extract -o back.h5 @back >/dev/null 2>&1
cmp forth.h5 back.h5
echo same
