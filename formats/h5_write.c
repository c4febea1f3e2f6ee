#include "formats/h5_write.h"

#include "formats/h5_native.h"

#include <stdlib.h>
#include <string.h>

// An object header keeps an attribute in one message of less than 64 KiB.
enum { ATTRIBUTE_MAX = 65000 };

#define CAN_SWITCH_LOCKS \
    ((H5_VERSION_GE(1, 10, 7) && H5_VERSION_LE(1, 11, 0)) || H5_VERSION_GE(1, 12, 1))

struct h5_writer {
    char *path;
    hid_t file; // negative while closed
};

static int library_error(const struct h5_writer *w, struct error *err, const char *what,
                         const char *name)
{
    char why[NATIVE_ERROR_SIZE];
    return error_set(err, ERR_IO, "%s: cannot %s%s%s%s", w->path, what, name[0] ? " " : "", name,
                     h5_native_error(why));
}

// ---- the file ----

static hid_t access_list(uint64_t threshold, uint64_t alignment)
{
    hid_t list = H5Pcreate(H5P_FILE_ACCESS);
    if (list < 0) {
        return -1;
    }
    // Whatever the environment and the library's version would choose instead.
    herr_t done = H5Pset_fapl_sec2(list);
    done = done < 0 ? done : H5Pset_libver_bounds(list, H5F_LIBVER_EARLIEST, H5F_LIBVER_LATEST);
    done = done < 0 ? done : H5Pset_alignment(list, threshold, alignment);
#if CAN_SWITCH_LOCKS
    done = done < 0 ? done : H5Pset_file_locking(list, 0, 1);
#endif
    if (done < 0) {
        H5Pclose(list);
        return -1;
    }
    return list;
}

// What failed is put in err before anything is closed: that would lose it.
static hid_t create_file(const struct h5_writer *w, struct error *err)
{
    hid_t access = access_list(1, 8);
    hid_t creation = H5Pcreate(H5P_FILE_CREATE);
    hid_t file = -1;
    if (access >= 0 && creation >= 0 && H5Pset_obj_track_times(creation, 0) >= 0) {
        file = H5Fcreate(w->path, H5F_ACC_TRUNC, creation, access);
    }
    if (file < 0) {
        library_error(w, err, "create", "");
    }
    if (access >= 0) {
        H5Pclose(access);
    }
    if (creation >= 0) {
        H5Pclose(creation);
    }
    return file;
}

static hid_t open_file(const struct h5_writer *w, uint64_t threshold, uint64_t alignment,
                       struct error *err)
{
    hid_t access = access_list(threshold, alignment);
    if (access < 0) {
        return -1;
    }
    hid_t file = H5Fopen(w->path, H5F_ACC_RDWR, access);
    if (file < 0) {
        library_error(w, err, "open to add to", "");
    }
    H5Pclose(access);
    return file;
}

static int start(struct h5_writer **ret, const char *path, bool create, struct error *err)
{
    struct h5_writer *w = calloc(1, sizeof *w);
    if (!w || !(w->path = strdup(path))) {
        free(w);
        return error_nomem(err, path);
    }
    w->file = -1;
    // A file that could not be written out (full disk) cannot be closed either:
    // libhdf5 would crash over it when the process ends. Says it was told
    // before from the second time on.
    H5dont_atexit();
    // Its messages would go to standard error; errors are reported by us.
    if (H5open() >= 0 && H5Eset_auto2(H5E_DEFAULT, NULL, NULL) >= 0) {
        w->file = create ? create_file(w, err) : open_file(w, 1, 8, err);
    }
    if (w->file < 0) {
        int code = library_error(w, err, create ? "create" : "open to add to", "");
        h5_write_abandon(&w);
        return code;
    }
    *ret = w;
    return 0;
}

int h5_write_open(struct h5_writer **ret, const char *path, struct error *err)
{
    return start(ret, path, true, err);
}

int h5_write_reopen(struct h5_writer **ret, const char *path, struct error *err)
{
    return start(ret, path, false, err);
}

int h5_write_align(struct h5_writer *w, uint64_t threshold, uint64_t alignment, struct error *err)
{
    // Alignment belongs to an open file for as long as it is open.
    herr_t closed = H5Fclose(w->file);
    w->file = closed < 0 ? -1 : open_file(w, threshold, alignment, err);
    return w->file < 0 ? library_error(w, err, "write", "") : 0;
}

int h5_write_close(struct h5_writer **writer, struct error *err)
{
    struct h5_writer *w = *writer;
    herr_t closed = w->file < 0 ? -1 : H5Fclose(w->file);
    w->file = -1;
    int code = closed < 0 ? library_error(w, err, "write", "") : 0;
    h5_write_abandon(writer);
    return code;
}

void h5_write_abandon(struct h5_writer **writer)
{
    struct h5_writer *w = *writer;
    if (!w) {
        return;
    }
    if (w->file >= 0) {
        H5Fclose(w->file);
    }
    free(w->path);
    free(w);
    *writer = NULL;
}

// ---- objects ----

int h5_write_group(struct h5_writer *w, const char *path, struct error *err)
{
    hid_t list = H5Pcreate(H5P_GROUP_CREATE);
    hid_t group = -1;
    if (list >= 0 && H5Pset_obj_track_times(list, 0) >= 0) {
        group = H5Gcreate2(w->file, path, H5P_DEFAULT, list, H5P_DEFAULT);
    }
    int code = group < 0 ? library_error(w, err, "create group", path) : 0;
    if (group >= 0) {
        H5Gclose(group);
    }
    if (list >= 0) {
        H5Pclose(list);
    }
    return code;
}

static hid_t dataset_list(void)
{
    hid_t list = H5Pcreate(H5P_DATASET_CREATE);
    if (list >= 0
        && (H5Pset_layout(list, H5D_CONTIGUOUS) < 0
            || H5Pset_alloc_time(list, H5D_ALLOC_TIME_EARLY) < 0
            || H5Pset_fill_time(list, H5D_FILL_TIME_NEVER) < 0
            || H5Pset_obj_track_times(list, 0) < 0)) {
        H5Pclose(list);
        return -1;
    }
    return list;
}

static hid_t make_space(int rank, const uint64_t *dims)
{
    hsize_t sizes[TYPE_RANK_MAX];
    if (rank < 0 || rank > TYPE_RANK_MAX) {
        return -1;
    }
    for (int i = 0; i < rank; i++) {
        sizes[i] = dims[i];
    }
    return rank == 0 ? H5Screate(H5S_SCALAR) : H5Screate_simple(rank, sizes, NULL);
}

static int fill(struct h5_writer *w, hid_t dataset, hid_t type, const char *path,
                const void *data, uint64_t *ret_offset, struct error *err)
{
    if (data && H5Dwrite(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, data) < 0) {
        return library_error(w, err, "write", path);
    }
    haddr_t offset = 0;
    if (H5Dget_storage_size(dataset) > 0) {
        offset = H5Dget_offset(dataset);
        if (offset == HADDR_UNDEF) {
            return library_error(w, err, "allocate", path);
        }
    }
    if (ret_offset) {
        *ret_offset = offset;
    }
    return 0;
}

int h5_write_dataset(struct h5_writer *w, const char *path, const struct h5_type *type, int rank,
                     const uint64_t *dims, const void *data, uint64_t *ret_offset,
                     struct error *err)
{
    if (h5_type_message_size(type) > TYPE_MESSAGE_MAX) {
        return error_set(err, ERR_VALUE, "%s: the %d names of %s take more than the 64 KiB that "
                         "HDF5 has for them", w->path, type->member_count, path);
    }
    hid_t t = h5_native_type(type);
    hid_t space = make_space(rank, dims);
    hid_t list = dataset_list();
    hid_t dataset = -1;
    if (t >= 0 && space >= 0 && list >= 0) {
        dataset = H5Dcreate2(w->file, path, t, space, H5P_DEFAULT, list, H5P_DEFAULT);
    }
    int code;
    if (dataset < 0) {
        code = library_error(w, err, "create dataset", path);
    } else {
        code = fill(w, dataset, t, path, data, ret_offset, err);
        if (H5Dclose(dataset) < 0 && code == 0) {
            code = library_error(w, err, "write", path);
        }
    }
    if (list >= 0) {
        H5Pclose(list);
    }
    if (space >= 0) {
        H5Sclose(space);
    }
    if (t >= 0) {
        H5Tclose(t);
    }
    return code;
}

// ---- attributes ----

// The attribute of `object`, made if need be; negative if it cannot be made, or
// has another type.
static hid_t open_attribute(const struct h5_writer *w, hid_t object, const char *name,
                            hid_t type, struct error *err)
{
    if (H5Aexists(object, name) <= 0) {
        hid_t one = H5Screate(H5S_SCALAR);
        if (one < 0) {
            return -1;
        }
        hid_t attribute = H5Acreate2(object, name, type, one, H5P_DEFAULT, H5P_DEFAULT);
        if (attribute < 0) {
            library_error(w, err, "set attribute", name);
        }
        H5Sclose(one);
        return attribute;
    }
    hid_t attribute = H5Aopen(object, name, H5P_DEFAULT);
    if (attribute < 0) {
        return -1;
    }
    hid_t stored = H5Aget_type(attribute);
    bool same = stored >= 0 && H5Tequal(stored, type) > 0;
    if (stored >= 0) {
        H5Tclose(stored);
    }
    if (!same) {
        error_set(err, ERR_IO, "%s: attribute %s has another type or size", w->path, name);
        H5Aclose(attribute);
        return -1;
    }
    return attribute;
}

static int set_attribute(struct h5_writer *w, const char *path, const char *name,
                         const struct h5_type *type, const void *value, struct error *err)
{
    if (type->size > ATTRIBUTE_MAX) {
        return error_set(err, ERR_VALUE, "%s: attribute %s of %s: %zu bytes, at most %d fit",
                         w->path, name, path, type->size, ATTRIBUTE_MAX);
    }
    hid_t t = h5_native_type(type);
    hid_t object = t < 0 ? -1 : H5Oopen(w->file, path, H5P_DEFAULT);
    hid_t attribute = object < 0 ? -1 : open_attribute(w, object, name, t, err);
    int code = 0;
    if (attribute < 0 || H5Awrite(attribute, t, value) < 0) {
        code = library_error(w, err, "set attribute", name);
    }
    if (attribute >= 0 && H5Aclose(attribute) < 0) {
        code = library_error(w, err, "set attribute", name);
    }
    if (object >= 0) {
        H5Oclose(object);
    }
    if (t >= 0) {
        H5Tclose(t);
    }
    return code;
}

int h5_write_text(struct h5_writer *w, const char *object, const char *name, const char *value,
                  struct error *err)
{
    struct h5_type type = h5_type_text(strlen(value) + 1);
    return set_attribute(w, object, name, &type, value, err);
}

int h5_write_u64(struct h5_writer *w, const char *object, const char *name, uint64_t value,
                 struct error *err)
{
    struct h5_type type = h5_type_plain(KIND_U64);
    return set_attribute(w, object, name, &type, &value, err);
}

int h5_write_f64(struct h5_writer *w, const char *object, const char *name, double value,
                 struct error *err)
{
    struct h5_type type = h5_type_plain(KIND_F64);
    return set_attribute(w, object, name, &type, &value, err);
}
