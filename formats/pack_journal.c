#include "formats/pack_journal.h"

#include "core/base/crc32c.h"
#include "core/base/io.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { JOURNAL_VERSION = 1, RECORD_SIZE = 64, HEAD_MAX = 1 << 26 };

static const char magic[16] = "triptych journal"; // without its NUL

struct stored_head {
    char magic[16];
    uint32_t version;
    uint32_t crc; // over the whole head, with zero here
    uint32_t size; // of the whole head, a multiple of RECORD_SIZE
    uint32_t split_count;
    uint64_t file_size;
    uint64_t identity_size; // its NUL included
    uint64_t metadata_size;
    uint64_t table[TABLE_COUNT];
    // Then: u64 splits, the identity, the metadata, zeros.
};

struct stored_record {
    uint32_t kind;
    uint32_t crc; // over the record with zero here, begun with the head's
    uint64_t clip;
    uint64_t stamp;
    uint32_t content;
    uint32_t status;
    char digest[JOURNAL_STAMP_SIZE];
};

static_assert(sizeof(struct stored_record) == RECORD_SIZE, "a record has no holes");
static_assert(sizeof(struct stored_head) == 56 + 8 * TABLE_COUNT, "a head has no holes");

struct pack_journal {
    int fd;
    char *path;
    unsigned char *stored; // the head as it is in the file; NULL: none
    struct pack_journal_head head;
    uint64_t size; // of the file
};

// ---- the head ----

static void point_into(struct pack_journal *j)
{
    struct stored_head fixed;
    memcpy(&fixed, j->stored, sizeof fixed);
    const unsigned char *at = j->stored + sizeof fixed;
    j->head.file_size = fixed.file_size;
    memcpy(j->head.table, fixed.table, sizeof fixed.table);
    j->head.split_count = fixed.split_count;
    j->head.split = (const void *)at; // both parts before are multiples of 8 long
    at += fixed.split_count * sizeof(uint64_t);
    j->head.identity = (const char *)at;
    j->head.metadata = at + fixed.identity_size;
    j->head.metadata_size = (size_t)fixed.metadata_size;
}

static bool head_is_sane(const struct stored_head *fixed, uint64_t file_size)
{
    return memcmp(fixed->magic, magic, sizeof magic) == 0 && fixed->version == JOURNAL_VERSION
        && fixed->size >= sizeof *fixed && fixed->size <= HEAD_MAX && fixed->size <= file_size
        && fixed->size % RECORD_SIZE == 0 && fixed->split_count <= HEAD_MAX / 8
        && fixed->identity_size >= 1 && fixed->identity_size <= HEAD_MAX
        && fixed->metadata_size <= HEAD_MAX
        && sizeof *fixed + 8 * (uint64_t)fixed->split_count + fixed->identity_size
           + fixed->metadata_size <= fixed->size;
}

static uint32_t head_crc(unsigned char *stored, size_t size)
{
    struct stored_head *fixed = (void *)stored;
    uint32_t kept = fixed->crc;
    fixed->crc = 0;
    uint32_t crc = crc32c(0, stored, size);
    fixed->crc = kept;
    return crc;
}

// A head that is not what was written is none.
static int read_head(struct pack_journal *j, struct error *err)
{
    struct stored_head fixed;
    if (j->size < sizeof fixed) {
        return 0;
    }
    int code = io_read_at(j->fd, &fixed, sizeof fixed, 0, j->path, err);
    if (code < 0 || !head_is_sane(&fixed, j->size)) {
        return code;
    }
    unsigned char *stored = malloc(fixed.size);
    if (!stored) {
        return error_nomem(err, j->path);
    }
    // What was judged is what is used: it is not read a second time.
    memcpy(stored, &fixed, sizeof fixed);
    code = io_read_at(j->fd, stored + sizeof fixed, fixed.size - sizeof fixed, sizeof fixed,
                      j->path, err);
    const unsigned char *text = stored + sizeof fixed + fixed.split_count * sizeof(uint64_t);
    if (code < 0 || head_crc(stored, fixed.size) != fixed.crc
        || text[fixed.identity_size - 1] != 0) {
        free(stored);
        return code;
    }
    j->stored = stored;
    point_into(j);
    return 0;
}

static size_t head_size(const struct pack_journal *j)
{
    return ((const struct stored_head *)(const void *)j->stored)->size;
}

int pack_journal_start(struct pack_journal *j, const struct pack_journal_head *head,
                       struct error *err)
{
    assert(j->size == 0 && !j->stored);
    size_t splits = head->split_count * sizeof(uint64_t);
    size_t identity = strlen(head->identity) + 1;
    size_t size = sizeof(struct stored_head) + splits + identity + head->metadata_size;
    size = (size + RECORD_SIZE - 1) / RECORD_SIZE * RECORD_SIZE;
    if (size > HEAD_MAX) {
        return error_set(err, ERR_VALUE, "%s: its head would take %zu bytes; %d can be stored",
                         j->path, size, HEAD_MAX);
    }
    unsigned char *stored = calloc(1, size);
    if (!stored) {
        return error_nomem(err, j->path);
    }
    struct stored_head fixed = {
        .version = JOURNAL_VERSION,
        .size = (uint32_t)size,
        .split_count = head->split_count,
        .file_size = head->file_size,
        .identity_size = identity,
        .metadata_size = head->metadata_size,
    };
    memcpy(fixed.magic, magic, sizeof magic);
    memcpy(fixed.table, head->table, sizeof fixed.table);
    unsigned char *at = stored + sizeof fixed;
    memcpy(stored, &fixed, sizeof fixed);
    memcpy(at, head->split, splits);
    memcpy(at + splits, head->identity, identity);
    memcpy(at + splits + identity, head->metadata, head->metadata_size);
    ((struct stored_head *)(void *)stored)->crc = head_crc(stored, size);
    int code = io_write_at(j->fd, stored, size, 0, j->path, err);
    if (code < 0) {
        free(stored);
        return code;
    }
    j->stored = stored;
    j->size = size;
    point_into(j);
    return 0;
}

const struct pack_journal_head *pack_journal_head(const struct pack_journal *journal)
{
    return journal->stored ? &journal->head : NULL;
}

bool pack_journal_is_damaged(const struct pack_journal *journal)
{
    return journal->size > 0 && !journal->stored;
}

// ---- records ----

static uint32_t record_crc(const struct pack_journal *j, struct stored_record record)
{
    record.crc = 0;
    return crc32c(((const struct stored_head *)(const void *)j->stored)->crc, &record,
                  sizeof record);
}

int pack_journal_add(struct pack_journal *j, const struct pack_record *record, struct error *err)
{
    struct stored_record stored = {
        .kind = (uint32_t)record->kind,
        .clip = record->clip,
        .stamp = record->stamp,
        .content = record->content,
        .status = (uint32_t)record->status,
    };
    memcpy(stored.digest, record->digest, sizeof stored.digest);
    stored.crc = record_crc(j, stored);
    // Behind half a record, too, places are multiples of its size.
    uint64_t at = (j->size + RECORD_SIZE - 1) / RECORD_SIZE * RECORD_SIZE;
    int code = io_write_at(j->fd, &stored, sizeof stored, at, j->path, err);
    if (code == 0) {
        j->size = at + sizeof stored;
    }
    return code;
}

size_t pack_journal_count(const struct pack_journal *j)
{
    return j->stored ? (size_t)((j->size - head_size(j)) / RECORD_SIZE) : 0;
}

int pack_journal_read(struct pack_record *ret, const struct pack_journal *j, size_t index,
                      struct error *err)
{
    struct stored_record stored;
    int code = io_read_at(j->fd, &stored, sizeof stored,
                          head_size(j) + (uint64_t)index * RECORD_SIZE, j->path, err);
    if (code < 0 || stored.crc != record_crc(j, stored)
        || (stored.kind != RECORD_CLIP && stored.kind != RECORD_FINISHED)
        || stored.status > CLIP_FAILED) {
        return code;
    }
    ret->kind = stored.kind == RECORD_CLIP ? RECORD_CLIP : RECORD_FINISHED;
    ret->clip = (size_t)stored.clip;
    ret->stamp = stored.stamp;
    ret->content = stored.content;
    ret->status = (enum pack_status)stored.status;
    memcpy(ret->digest, stored.digest, sizeof ret->digest);
    return 1;
}

// ---- the file ----

int pack_journal_open(struct pack_journal **ret, const char *path, bool create,
                      struct error *err)
{
    struct pack_journal *j = calloc(1, sizeof *j);
    size_t size = strlen(path) + sizeof ".journal";
    if (!j || !(j->path = malloc(size))) {
        free(j);
        return error_nomem(err, path);
    }
    snprintf(j->path, size, "%s.journal", path);
    int code = 0;
    struct stat status;
    j->fd = open(j->path, O_RDWR | (create ? O_CREAT : 0) | O_CLOEXEC | O_NOFOLLOW, 0666);
    if (j->fd < 0 || fstat(j->fd, &status) < 0) {
        code = error_errno(err, errno, "%s: cannot write", j->path);
    } else if (!S_ISREG(status.st_mode)) {
        code = error_set(err, ERR_IO, "%s: not a regular file", j->path);
    } else {
        j->size = (uint64_t)status.st_size;
        code = read_head(j, err);
    }
    if (code < 0) {
        pack_journal_close(&j);
        return code;
    }
    *ret = j;
    return 0;
}

int pack_journal_clear(struct pack_journal *j, struct error *err)
{
    if (ftruncate(j->fd, 0) < 0) {
        return error_errno(err, errno, "%s: cannot write", j->path);
    }
    free(j->stored);
    j->stored = NULL;
    j->size = 0;
    return 0;
}

void pack_journal_close(struct pack_journal **journal)
{
    struct pack_journal *j = *journal;
    if (!j) {
        return;
    }
    if (j->fd >= 0) {
        close(j->fd);
    }
    free(j->stored);
    free(j->path);
    free(j);
    *journal = NULL;
}

void pack_journal_remove(struct pack_journal **journal)
{
    if (*journal) {
        unlink((*journal)->path);
        pack_journal_close(journal);
    }
}
