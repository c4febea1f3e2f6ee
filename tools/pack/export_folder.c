#include "tools/pack/export_folder.h"

#include "core/base/output.h"
#include "formats/h5_file.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

int export_folder_path(char path[PATH_MAX], const char *folder, const char *name,
                       const char *suffix, struct error *err)
{
    int length = snprintf(path, PATH_MAX, "%s/%s%s", folder, name, suffix);
    return length < PATH_MAX ? 0 : error_errno(err, ENAMETOOLONG, "%s/%s%s", folder, name, suffix);
}

int export_folder_begin(struct export_folder *ret, const char *name, struct error *err)
{
    size_t length = strlen(name);
    while (length > 1 && name[length - 1] == '/') {
        length--;
    }
    if (length >= sizeof ret->name) {
        return error_errno(err, ENAMETOOLONG, "%.100s...", name);
    }
    snprintf(ret->name, sizeof ret->name, "%.*s", (int)length, name);
    if (snprintf(ret->partial, sizeof ret->partial, "%s.partial", ret->name)
        >= (int)sizeof ret->partial) {
        return error_errno(err, ENAMETOOLONG, "%s.partial", ret->name);
    }
    struct stat status;
    if (lstat(ret->name, &status) == 0) {
        return error_set(err, ERR_EXISTS, "%s exists; the name of a new folder is wanted",
                         ret->name);
    }
    if (mkdir(ret->partial, 0777) < 0) {
        return errno == EEXIST
            ? error_set(err, ERR_EXISTS, "%s exists: another run is writing it, or one did not "
                        "end; then remove it", ret->partial)
            : error_errno(err, errno, "%s: cannot make the folder", ret->partial);
    }
    return 0;
}

int export_folder_end(const struct export_folder *folder, const struct pack *pack,
                      struct error *err)
{
    int code = h5_file_check_whole(pack->file, err);
    return code < 0 ? code : output_install_folder(folder->partial, folder->name, err);
}
