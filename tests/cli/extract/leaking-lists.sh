# Lists with a group on both sides are refused before any work.
mkdir -p lists clips/A
printf 'x' >clips/A/a_g01_c1.avi
printf '1 A\n' >lists/classInd.txt
printf 'A/a_g01_c1.avi 1\n' >lists/trainlist01.txt
printf 'A/a_g01_c2.avi\n' >lists/testlist01.txt
extract -o a.h5 --splits lists clips
