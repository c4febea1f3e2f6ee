/* Official lists of splits. The first byte says whose: u UCF101, h HMDB51, k
 * Kinetics; then three files, with a byte 0x1e (record separator) between them:
 * see the table of names below. */

#include "formats/pack.h"
#include "formats/split_lists.h"
#include "tests/fuzz/fuzz_input.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FILES = 3 };

static const struct kind {
    char letter;
    const char *names[FILES];
} kinds[] = {
    {'u', {"classInd.txt", "trainlist01.txt", "testlist01.txt"}},
    {'h', {"brush_test_split1.txt", "run_test_split1.txt", "run_test_split2.txt"}},
    {'k', {"train.csv", "validate.csv", "test.csv"}},
};

enum { KINDS = sizeof kinds / sizeof kinds[0] };

static char base[512]; // holds a folder for each kind, called by its letter

static void remove_folder(void)
{
    char command[600];
    snprintf(command, sizeof command, "rm -rf '%s'", base);
    if (system(command) != 0) {
        perror(base);
    }
}

static void make_folders(void)
{
    // In memory, where that is a place: three files are written each time.
    const char *place = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : getenv("TMPDIR");
    snprintf(base, sizeof base, "%s/fuzz-XXXXXX", place ? place : "/tmp");
    if (!mkdtemp(base) || atexit(remove_folder) != 0) {
        abort();
    }
    for (int i = 0; i < KINDS; i++) {
        char path[600];
        snprintf(path, sizeof path, "%s/%c", base, kinds[i].letter);
        if (mkdir(path, 0700) < 0) {
            abort();
        }
    }
}

static void put(const char *folder, const char *name, const uint8_t *data, size_t size)
{
    char path[1200];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    if (fd < 0 || write(fd, data, size) != (ssize_t)size) {
        abort();
    }
    close(fd);
}

static void read_lists(const char *folder, bool check_groups)
{
    struct error err = ERROR_INIT;
    struct split_lists lists = {0};
    if (split_lists_read(&lists, folder, check_groups, &err) < 0) {
        return;
    }
    for (int f = 0; f < lists.fold_count; f++) {
        for (size_t i = 0; i < lists.folds[f].count; i++) {
            const struct split_line *line = &lists.folds[f].lines[i];
            if ((line->class_number >= lists.classes.count
                 && line->class_number != SPLIT_NO_CLASS) || line->part >= PART_COUNT) {
                abort();
            }
        }
    }
    split_lists_free(&lists);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (!base[0]) {
        make_folders();
    }
    const struct kind *kind = kinds;
    while (kind < kinds + KINDS && (size == 0 || kind->letter != (char)data[0])) {
        kind++;
    }
    if (kind == kinds + KINDS) {
        return 0;
    }
    char folder[600];
    snprintf(folder, sizeof folder, "%s/%c", base, kind->letter);
    data++;
    size--;
    for (int i = 0; i < FILES; i++) {
        const uint8_t *end = size > 0 ? memchr(data, 0x1e, size) : NULL;
        size_t length = end ? (size_t)(end - data) : size;
        put(folder, kind->names[i], data, length);
        data += end ? length + 1 : length;
        size -= end ? length + 1 : length;
    }
    read_lists(folder, true);
    read_lists(folder, false);
    return 0;
}
