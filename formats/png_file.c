#include "formats/png_file.h"

#include "core/base/output.h"

#include <png.h>

#include <stdlib.h>
#include <string.h>

int png_encode(unsigned char **ret, size_t *ret_size, const char *path, const uint8_t *pixels,
               int width, int height, struct error *err)
{
    if (width < 1 || height < 1 || width > PNG_FILE_SIDE_MAX || height > PNG_FILE_SIDE_MAX
        || (int64_t)width * height > PNG_FILE_PIXELS_MAX) {
        return error_set(err, ERR_VALUE, "%s: a picture of %dx%d pixels; a side is 1 to %d, and "
                         "all pixels at most %d", path, width, height, PNG_FILE_SIDE_MAX,
                         PNG_FILE_PIXELS_MAX);
    }
    // libpng's simplified interface: the other one reports failures by longjmp.
    png_image image;
    memset(&image, 0, sizeof image);
    image.version = PNG_IMAGE_VERSION;
    image.width = (png_uint_32)width;
    image.height = (png_uint_32)height;
    image.format = PNG_FORMAT_RGB;
    png_alloc_size_t size = PNG_IMAGE_PNG_SIZE_MAX(image);
    unsigned char *file = malloc(size);
    if (!file) {
        return error_nomem(err, path);
    }
    int code = 0;
    if (png_image_write_to_memory(&image, file, &size, 0, pixels, 0, NULL)) {
        *ret = file;
        *ret_size = size;
        file = NULL;
    } else {
        code = error_set(err, ERR_NOMEM, "%s: libpng: %s", path, image.message);
    }
    png_image_free(&image);
    free(file);
    return code;
}

int png_file_write(const char *path, bool force, const uint8_t *pixels, int width, int height,
                   struct error *err)
{
    unsigned char *file;
    size_t size;
    int code = png_encode(&file, &size, path, pixels, width, height, err);
    if (code < 0) {
        return code;
    }
    code = output_write_file(path, file, size, force, err);
    free(file);
    return code;
}
