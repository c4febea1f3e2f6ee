#include "formats/pack_layout.h"

#include "core/base/digest.h"
#include "formats/h5_file.h"

#include <stdlib.h>
#include <string.h>

static int check_identity(struct pack *pack, bool must_be_complete, struct error *err)
{
    const char *format = NULL;
    uint64_t version = 0, complete = 0;
    if (h5_file_text(&format, pack->file, "/", "format", NULL) < 0
        || strcmp(format, PACK_FORMAT_NAME) != 0) {
        return error_set(err, ERR_FORMAT, "%s: an HDF5 file, but no pack: extract writes "
                         "those", pack->path);
    }
    int code = h5_file_u64(&version, pack->file, "/", "version", err);
    if (code < 0) {
        return code;
    }
    if (version != PACK_FORMAT_VERSION) {
        return error_set(err, ERR_VERSION, "%s: a pack of version %llu; this program reads "
                         "version %d", pack->path, (unsigned long long)version,
                         PACK_FORMAT_VERSION);
    }
    code = h5_file_u64(&complete, pack->file, "/", "complete", err);
    if (code == 0 && (complete > 1 || (must_be_complete && complete != 1))) {
        code = error_set(err, ERR_FORMAT, "%s: incomplete: the run that was writing this pack "
                         "did not finish it", pack->path);
    }
    return code;
}

static int set_digest(struct pack *pack, struct error *err)
{
    const char *digest = NULL;
    int code = h5_file_text(&digest, pack->file, "/", "digest", err);
    if (code < 0) {
        return code;
    }
    if (strlen(digest) != DIGEST_HEX_SIZE - 1
        || strspn(digest, "0123456789abcdef") != DIGEST_HEX_SIZE - 1) {
        return error_set(err, ERR_FORMAT, "%s: damaged: its digest is not 64 hexadecimal digits",
                         pack->path);
    }
    memcpy(pack->digest, digest, DIGEST_HEX_SIZE);
    return 0;
}

int pack_open_any(struct pack **ret, const char *path, const struct sandbox *sandbox,
                  bool must_be_complete, struct error *err)
{
    struct pack *pack = calloc(1, sizeof *pack);
    if (!pack) {
        return error_nomem(err, path);
    }
    pack->path = strdup(path);
    int code = pack->path ? h5_file_open(&pack->file, path, sandbox, NULL, err)
                          : error_nomem(err, path);
    code = code < 0 ? code : check_identity(pack, must_be_complete, err);
    code = code < 0 ? code : set_digest(pack, err);
    code = code < 0 ? code : pack_check(pack, err);
    if (code < 0) {
        pack_close(&pack);
        return code;
    }
    pack->fd = h5_file_fd(pack->file);
    pack->mapping = h5_file_mapping(pack->file, &pack->mapping_size);
    *ret = pack;
    return 0;
}

int pack_open(struct pack **ret, const char *path, const struct sandbox *sandbox,
              struct error *err)
{
    return pack_open_any(ret, path, sandbox, true, err);
}

void pack_close(struct pack **pack)
{
    struct pack *p = *pack;
    if (!p) {
        return;
    }
    for (int i = 0; i < p->class_count; i++) {
        free(p->classes[i]);
    }
    free(p->classes);
    for (int i = 0; i < p->split_count; i++) {
        free(p->splits[i].name);
        free((void *)p->splits[i].parts);
    }
    free(p->splits);
    for (int i = 0; i < p->attribute_count; i++) {
        free(p->attributes[i].name);
        free(p->attributes[i].text);
    }
    free(p->attributes);
    free((void *)p->data.labels);
    free((void *)p->status);
    h5_file_close(&p->file);
    free(p->path);
    free(p);
    *pack = NULL;
}

const char *pack_path(const struct pack *pack, size_t row)
{
    return pack->paths.data + row * pack->paths.stride;
}

const char *pack_group(const struct pack *pack, size_t row)
{
    return pack->groups.data + row * pack->groups.stride;
}

const char *pack_message(const struct pack *pack, size_t row)
{
    return pack->messages.data + row * pack->messages.stride;
}

const struct pack_column *pack_split(const struct pack *pack, const char *name)
{
    for (int i = 0; i < pack->split_count; i++) {
        if (strcmp(pack->splits[i].name, name) == 0) {
            return &pack->splits[i];
        }
    }
    return NULL;
}

const struct pack_value *pack_attribute(const struct pack *pack, const char *name)
{
    for (int i = 0; i < pack->attribute_count; i++) {
        if (strcmp(pack->attributes[i].name, name) == 0) {
            return &pack->attributes[i];
        }
    }
    return NULL;
}
