#include "formats/h5_fd.h"

#include "core/base/io.h"

#include <stdlib.h>
#include <string.h>

#if H5_VERSION_GE(1, 13, 0)
#include <H5FDdevelop.h>
#endif

// What the access list carries to fd_open().
struct fd_info {
    int fd;
    uint64_t size;
};

// An open file; libhdf5 owns the first member.
struct fd_file {
    H5FD_t pub;
    int fd;
    haddr_t end;       // of the real file
    haddr_t allocated; // what libhdf5 believes the file to span
};

static H5FD_t *fd_open(const char *name, unsigned flags, hid_t access, haddr_t limit)
{
    (void)name;
    (void)limit;
    const struct fd_info *info = H5Pget_driver_info(access);
    if (!info || flags & (H5F_ACC_RDWR | H5F_ACC_TRUNC | H5F_ACC_CREAT | H5F_ACC_EXCL)) {
        return NULL;
    }
    struct fd_file *file = calloc(1, sizeof *file);
    if (!file) {
        return NULL;
    }
    file->fd = info->fd;
    file->end = info->size;
    return &file->pub;
}

static herr_t fd_close(H5FD_t *file)
{
    free(file);
    return 0;
}

static int fd_compare(const H5FD_t *a, const H5FD_t *b)
{
    int x = ((const struct fd_file *)a)->fd, y = ((const struct fd_file *)b)->fd;
    return (x > y) - (x < y);
}

static herr_t fd_query(const H5FD_t *file, unsigned long *flags)
{
    (void)file;
    *flags = H5FD_FEAT_ACCUMULATE_METADATA_READ;
    return 0;
}

static haddr_t fd_get_allocated(const H5FD_t *file, H5FD_mem_t type)
{
    (void)type;
    return ((const struct fd_file *)file)->allocated;
}

static herr_t fd_set_allocated(H5FD_t *file, H5FD_mem_t type, haddr_t end)
{
    (void)type;
    ((struct fd_file *)file)->allocated = end;
    return 0;
}

static haddr_t fd_get_end(const H5FD_t *file, H5FD_mem_t type)
{
    (void)type;
    return ((const struct fd_file *)file)->end;
}

static herr_t fd_read(H5FD_t *file, H5FD_mem_t type, hid_t transfer, haddr_t offset, size_t size,
                      void *buffer)
{
    (void)type;
    (void)transfer;
    const struct fd_file *f = (const struct fd_file *)file;
    if (offset > f->end) {
        return -1;
    }
    // Like libhdf5's own drivers: zeros behind the end of the file.
    size_t there = f->end - offset < size ? (size_t)(f->end - offset) : size;
    if (io_read_at(f->fd, buffer, there, offset, "", NULL) < 0) {
        return -1;
    }
    memset((char *)buffer + there, 0, size - there);
    return 0;
}

static herr_t fd_write(H5FD_t *file, H5FD_mem_t type, hid_t transfer, haddr_t offset, size_t size,
                       const void *buffer)
{
    (void)file, (void)type, (void)transfer, (void)offset, (void)size, (void)buffer;
    return -1;
}

static const H5FD_class_t fd_class = {
#ifdef H5FD_CLASS_VERSION
    .version = H5FD_CLASS_VERSION,
#endif
#if H5_VERSION_GE(1, 13, 0)
    .value = 512, // 0 .. 511 are libhdf5's and registered drivers'
#endif
    .name = "descriptor",
    .maxaddr = INT64_MAX,
    .fc_degree = H5F_CLOSE_WEAK,
    .fapl_size = sizeof(struct fd_info),
    .open = fd_open,
    .close = fd_close,
    .cmp = fd_compare,
    .query = fd_query,
    .get_eoa = fd_get_allocated,
    .set_eoa = fd_set_allocated,
    .get_eof = fd_get_end,
    .read = fd_read,
    .write = fd_write,
    .fl_map = H5FD_FLMAP_DICHOTOMY,
};

int h5_fd_access(hid_t *ret, int fd, uint64_t size, struct error *err)
{
    struct fd_info info = {fd, size};
    hid_t driver = H5FDregister(&fd_class);
    hid_t access = H5Pcreate(H5P_FILE_ACCESS);
    herr_t set = driver >= 0 && access >= 0 ? H5Pset_driver(access, driver, &info) : -1;
    // The list holds its own reference to the driver.
    if (driver >= 0) {
        H5FDunregister(driver);
    }
    if (set < 0) {
        if (access >= 0) {
            H5Pclose(access);
        }
        return error_set(err, ERR_NOMEM, "libhdf5 accepts no file driver");
    }
    *ret = access;
    return 0;
}
