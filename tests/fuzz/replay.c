/* Run a fuzz target without libFuzzer: over files, and over changed ones.
 *
 *   fuzz_NAME [--runs N] [--seed S] [--last FILE] FILE|FOLDER...
 *
 * Every file is an input. --runs then makes N more out of them: bytes and bits
 * changed, pieces cut out, doubled, or taken from another one. They depend on
 * the seed (1) alone. FILE holds, after a crash, the input that made it. An
 * input that takes more than half a minute ends the program (SIGALRM). Prints how
 * many were run. */

#include "core/base/random.h"
#include "core/base/text.h"
#include "tests/fuzz/fuzz_input.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { INPUT_MAX = 1 << 20, INPUTS_MAX = 4096, LIMIT_SECONDS = 30 };

struct input {
    uint8_t *data;
    size_t size;
};

static struct input inputs[INPUTS_MAX];
static size_t input_count;
static uint8_t *last; // shared with the file that survives a crash; may be NULL

static void stop(const char *what, const char *name)
{
    fprintf(stderr, "%s: %s\n", name, what);
    exit(2);
}

static void read_input(const char *path)
{
    FILE *file = fopen(path, "rb");
    uint8_t *data = malloc(INPUT_MAX);
    if (!file || !data || input_count == INPUTS_MAX) {
        stop("cannot be read as an input", path);
    }
    size_t size = fread(data, 1, INPUT_MAX, file);
    if (ferror(file) || size == INPUT_MAX) {
        stop("cannot be read, or has more than a megabyte", path);
    }
    fclose(file);
    inputs[input_count++] = (struct input){data, size};
}

static int is_file(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

static void read_inputs(const char *path)
{
    struct stat status;
    if (stat(path, &status) < 0) {
        stop("is not there", path);
    }
    if (!S_ISDIR(status.st_mode)) {
        read_input(path);
        return;
    }
    struct dirent **entries;
    int count = scandir(path, &entries, is_file, alphasort);
    for (int i = 0; i < count; i++) {
        char name[4096];
        snprintf(name, sizeof name, "%s/%s", path, entries[i]->d_name);
        read_inputs(name);
        free(entries[i]);
    }
    if (count >= 0) {
        free(entries);
    }
}

static void open_last(const char *path)
{
    int fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);
    if (fd < 0 || ftruncate(fd, INPUT_MAX) < 0) {
        stop("cannot be written", path);
    }
    last = mmap(NULL, INPUT_MAX, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (last == MAP_FAILED) {
        stop("cannot be mapped", path);
    }
    close(fd);
}

// The target gets a copy of just this size, so that sanitizers see its ends.
static void run(const uint8_t *data, size_t size)
{
    uint8_t *copy = malloc(size ? size : 1);
    if (!copy) {
        stop("out of memory", "replay");
    }
    memcpy(copy, data, size);
    if (last) {
        memcpy(last, data, size);
        if (size < INPUT_MAX) {
            memset(last + size, 0, INPUT_MAX - size < 64 ? INPUT_MAX - size : 64);
        }
    }
    alarm(LIMIT_SECONDS);
    if (LLVMFuzzerTestOneInput(copy, size) != 0) {
        abort();
    }
    alarm(0);
    free(copy);
}

// ---- changes ----

static size_t pick(struct random *random, size_t bound)
{
    return (size_t)random_below(random, bound);
}

// A length that is short more often than not.
static size_t pick_length(struct random *random, size_t most)
{
    size_t bound = (size_t)1 << pick(random, 12);
    bound = bound < most ? bound : most;
    return bound > 0 ? 1 + pick(random, bound) : 0;
}

static void change_bytes(uint8_t *data, size_t size, struct random *random)
{
    static const uint8_t telling[] = {0, 1, 0x7f, 0x80, 0xff, '\n', '"', ',', ' ', '-', '9', '/'};
    size_t at = pick(random, size);
    switch (pick(random, 4)) {
    case 0: data[at] ^= (uint8_t)(1u << pick(random, 8)); break;
    case 1: data[at] = (uint8_t)pick(random, 256); break;
    case 2: data[at] = telling[pick(random, sizeof telling)]; break;
    default:
        for (size_t i = at; i < size && i < at + 8; i++) {
            data[i] = telling[pick(random, 5)];
        }
    }
}

static size_t change(uint8_t *data, size_t size, struct random *random)
{
    const struct input *other = &inputs[pick(random, input_count)];
    size_t at = pick(random, size + 1);
    size_t room = INPUT_MAX - 1 - size;
    size_t length;
    switch (pick(random, 8)) {
    case 0: // cut off
        return at;
    case 1: // cut out
        length = pick_length(random, size - at);
        memmove(data + at, data + at + length, size - at - length);
        return size - length;
    case 2: // put in, from another one
        if (other->size > 0 && room > 0) {
            size_t from = pick(random, other->size);
            length = pick_length(random, other->size - from < room ? other->size - from : room);
            memmove(data + at + length, data + at, size - at);
            memcpy(data + at, other->data + from, length);
            return size + length;
        }
        return size;
    case 3: // double
        length = pick_length(random, size - at < room ? size - at : room);
        memmove(data + at + length, data + at, size - at);
        return size + length;
    default:
        if (size > 0) {
            change_bytes(data, size, random);
        }
        return size;
    }
}

static void run_changed(uint64_t runs, uint64_t seed)
{
    uint8_t *data = malloc(INPUT_MAX);
    if (!data || input_count == 0) {
        stop("nothing to change", "replay");
    }
    for (uint64_t i = 0; i < runs; i++) {
        struct random random;
        random_seed(&random, seed, i);
        const struct input *input = &inputs[pick(&random, input_count)];
        size_t size = input->size;
        memcpy(data, input->data, size);
        for (size_t n = 1 + pick(&random, 6); n > 0; n--) {
            size = change(data, size, &random);
        }
        run(data, size);
    }
    free(data);
}

int main(int argc, char **argv)
{
    uint64_t runs = 0, seed = 1;
    for (int i = 1; i < argc; i++) {
        bool more = i + 1 < argc;
        if (more && strcmp(argv[i], "--runs") == 0 && text_to_u64(argv[i + 1], &runs)) {
            i++;
        } else if (more && strcmp(argv[i], "--seed") == 0 && text_to_u64(argv[i + 1], &seed)) {
            i++;
        } else if (more && strcmp(argv[i], "--last") == 0) {
            open_last(argv[++i]);
        } else {
            read_inputs(argv[i]);
        }
    }
    uint8_t nothing = 0;
    run(&nothing, 0);
    for (size_t i = 0; i < input_count; i++) {
        run(inputs[i].data, inputs[i].size);
    }
    if (runs > 0) {
        run_changed(runs, seed);
    }
    fprintf(stderr, "%zu inputs and %llu changed ones\n", input_count, (unsigned long long)runs);
    for (size_t i = 0; i < input_count; i++) {
        free(inputs[i].data);
    }
    return 0;
}
