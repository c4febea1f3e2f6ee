# Groups by a pattern: of the folder below the class, of nothing in one path.
make-clips --classes 1 --groups 2 --clips 2 made
set -- made/*/*.avi
mkdir -p clips/A/one clips/A/two
cp "$1" clips/A/one/a.avi
cp "$2" clips/A/one/b.avi
cp "$3" clips/A/two/a.avi
cp "$4" clips/A/c.avi
extract -o a.h5 --group-pattern '^A/([^/]+)/' clips
h5dump -y -d /clips/path -d /clips/group a.h5 | sed -n '/DATA {/,/}/p'
h5dump -y -a /group_pattern a.h5 | sed -n '/DATA {/,/}/p'
# The default, on names of three data sets.
mkdir -p names/A
cp "$1" names/A/v_A_g07_c01.avi
cp "$2" names/A/film_A_u_nm_np1_ba_goo_0.avi
cp "$3" names/A/-2VKVjgNuE0_000012_000022.avi
cp "$4" names/A/other.avi
extract -o b.h5 names
h5dump -y -d /clips/path -d /clips/group b.h5 | sed -n '/DATA {/,/}/p'
for pattern in '(' 'A' 'a{2,1}(b)'; do
    status=0
    extract -o c.h5 --group-pattern "$pattern" clips || status=$?
    echo "$status"
done 2>&1
long=clips/A/$(printf 'x%.0s' {1..200})/$(printf 'y%.0s' {1..100})
mkdir -p "$long"
cp "$1" "$long/d.avi"
status=0
extract -o c.h5 --group-pattern '^A/(.*)/' clips 2>message || status=$?
sed 's/x\{200\}/X/; s/y\{100\}/Y/' message
echo "$status"
