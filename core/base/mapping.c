#include "core/base/mapping.h"

#include "core/base/text.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

struct mapping {
    struct mapping *_Atomic next; // in the list of all
    void *data;
    size_t size;
    int fd;
    char *name;  // as it was given
    char *shown; // the same, escaped
};

// All mappings of the process. Changed under the mutex, but always whole: a
// signal handler walks it without.
static struct mapping *_Atomic all;
static pthread_mutex_t changing = PTHREAD_MUTEX_INITIALIZER;

static void add(struct mapping *m)
{
    pthread_mutex_lock(&changing);
    atomic_store(&m->next, atomic_load(&all));
    atomic_store(&all, m);
    pthread_mutex_unlock(&changing);
}

static void take_out(struct mapping *m)
{
    pthread_mutex_lock(&changing);
    struct mapping *_Atomic *link = &all;
    while (atomic_load(link) != m) {
        link = &atomic_load(link)->next;
    }
    atomic_store(link, atomic_load(&m->next));
    pthread_mutex_unlock(&changing);
}

static void free_mapping(struct mapping *m)
{
    free(m->name);
    free(m->shown);
    free(m);
}

int mapping_open(struct mapping **ret, int fd, size_t size, const char *name, struct error *err)
{
    size_t capacity = 4 * strlen(name) + 1; // every byte may become \xNN
    struct mapping *m = calloc(1, sizeof *m);
    if (!m) {
        return error_nomem(err, name);
    }
    m->fd = fd;
    m->size = size;
    m->name = strdup(name);
    m->shown = malloc(capacity);
    if (!m->name || !m->shown) {
        free_mapping(m);
        return error_nomem(err, name);
    }
    text_escape(m->shown, capacity, name);
    m->data = mmap(NULL, size, PROT_READ, MAP_SHARED, fd, 0);
    if (m->data == MAP_FAILED) {
        int code = error_errno(err, errno, "%s: cannot map", name);
        free_mapping(m);
        return code;
    }
    if (madvise(m->data, size, MADV_DONTFORK) < 0) {
        int code = error_errno(err, errno, "%s: cannot keep the mapping from children", name);
        munmap(m->data, size);
        free_mapping(m);
        return code;
    }
    add(m);
    *ret = m;
    return 0;
}

void mapping_close(struct mapping **mapping)
{
    struct mapping *m = *mapping;
    if (m) {
        take_out(m);
        munmap(m->data, m->size);
        free_mapping(m);
        *mapping = NULL;
    }
}

const void *mapping_data(const struct mapping *mapping)
{
    return mapping->data;
}

int mapping_check(const struct mapping *mapping, struct error *err)
{
    struct stat status;
    if (fstat(mapping->fd, &status) < 0) {
        return error_errno(err, errno, "%s", mapping->name);
    }
    if ((uint64_t)status.st_size < mapping->size) {
        return error_set(err, ERR_IO, "%s: became shorter while it was in use: %llu bytes are "
                         "left of %zu", mapping->name, (unsigned long long)status.st_size,
                         mapping->size);
    }
    return 0;
}

const char *mapping_name_at(const void *address)
{
    uintptr_t at = (uintptr_t)address;
    for (struct mapping *m = atomic_load(&all); m; m = atomic_load(&m->next)) {
        uintptr_t begin = (uintptr_t)m->data;
        if (at >= begin && at - begin < m->size) {
            return m->shown;
        }
    }
    return NULL;
}
