#!/bin/bash
# A build folder whose programs run as ever, but with --sandbox require where
# they have that option: require_sandbox.sh BUILD FOLDER
set -eu
build=$(cd "$1" && pwd)
mkdir -p "$2/tools"
folder=$(cd "$2" && pwd)
for entry in "$build"/*; do
    [ "$(basename "$entry")" = tools ] || ln -sfn "$entry" "$folder/"
done
# The same programs under the names that are installed: as they are.
for real in "$build"/tools/*/triptych-*; do
    [ -f "$real" ] && [ -x "$real" ] || continue
    home=$folder/tools/$(basename "$(dirname "$real")")
    mkdir -p "$home"
    ln -sfn "$real" "$home/"
done
for real in "$build"/tools/*/*; do
    name=$(basename "$real")
    home=$(basename "$(dirname "$real")")
    if [ ! -f "$real" ] || [ ! -x "$real" ] || [ "$home" != "$name" ]; then
        continue # a program is tools/NAME/NAME
    fi
    mkdir -p "$folder/tools/$name"
    case $name in
    extract | train | predict | pack | model) ;;
    *) ln -sfn "$real" "$folder/tools/$name/"; continue ;;
    esac
    {
        echo '#!/bin/bash'
        case $name in
        extract | train | predict)
            # In front: behind "--" it would be an operand.
            echo "exec -a $name '$real' --sandbox require \"\$@\""
            ;;
        pack)
            echo 'case ${1:-} in'
            echo "info | verify | sheet | diff | merge | resplit | export)"
            echo "    exec -a $name '$real' \"\$1\" --sandbox require \"\${@:2}\" ;;"
            echo "*) exec -a $name '$real' \"\$@\" ;;"
            echo 'esac'
            ;;
        model)
            echo 'case ${1:-} in'
            echo "info | export)"
            echo "    exec -a $name '$real' \"\$1\" --sandbox require \"\${@:2}\" ;;"
            echo "*) exec -a $name '$real' \"\$@\" ;;"
            echo 'esac'
            ;;
        esac
    } >"$folder/tools/$name/$name"
    chmod +x "$folder/tools/$name/$name"
done
