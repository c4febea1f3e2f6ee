#include "formats/split_lists.h"

#include <dirent.h>
#include <errno.h>
#include <string.h>

#include "formats/hmdb51_lists.h"
#include "formats/kinetics_lists.h"
#include "formats/split_fold.h"
#include "formats/ucf101_lists.h"

typedef int read_function(struct split_lists *lists, const char *folder, bool check_groups,
                          struct error *err);

static bool has_extension(const char *name, const char *extension)
{
    size_t length = strlen(name), wanted = strlen(extension);
    return length > wanted && strcmp(name + length - wanted, extension) == 0;
}

// Whose lists are in the folder: of the first of these that has any.
static int find_kind(read_function **ret, const char *folder, struct error *err)
{
    DIR *dir = opendir(folder);
    if (!dir) {
        return error_errno(err, errno, "%s", folder);
    }
    bool ucf101 = false, hmdb51 = false, kinetics = false;
    const struct dirent *entry;
    while ((entry = readdir(dir))) {
        int number;
        ucf101 |= strcmp(entry->d_name, "classInd.txt") == 0
               || strncmp(entry->d_name, "trainlist", 9) == 0
               || strncmp(entry->d_name, "testlist", 8) == 0;
        hmdb51 |= hmdb51_list_class(entry->d_name, &number) > 0;
        kinetics |= entry->d_name[0] != '.' && has_extension(entry->d_name, ".csv");
    }
    closedir(dir);
    if (!ucf101 && !hmdb51 && !kinetics) {
        return error_set(err, ERR_FORMAT, "%s: no split lists: UCF101's are classInd.txt, "
                         "trainlist01.txt and so on, HMDB51's CLASS_test_split1.txt, and "
                         "Kinetics' train.csv, validate.csv, test.csv", folder);
    }
    *ret = ucf101 ? ucf101_lists_read : hmdb51 ? hmdb51_lists_read : kinetics_lists_read;
    return 0;
}

int split_lists_read(struct split_lists *ret, const char *folder, bool check_groups,
                     struct error *err)
{
    struct split_lists lists = {.fold_count = 0};
    read_function *read = NULL;
    int code = find_kind(&read, folder, err);
    if (code == 0) {
        code = read(&lists, folder, check_groups, err);
    }
    if (code < 0) {
        split_lists_free(&lists);
        return code;
    }
    *ret = lists;
    return 0;
}

void split_lists_free(struct split_lists *lists)
{
    for (int i = 0; i < lists->fold_count; i++) {
        split_fold_free(&lists->folds[i]);
    }
    class_list_free(&lists->classes);
    memset(lists, 0, sizeof *lists);
}
