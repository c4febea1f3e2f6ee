#include "tools/extract/source.h"
#include "tree_fixture.h"

#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static struct source find(const char *const *operands, int count)
{
    struct error err = ERROR_INIT;
    struct source source;
    int code = source_find(&source, operands, count, &err);
    if (code < 0) {
        fail_msg("%s", err.text);
    }
    return source;
}

static struct source find_one(const char *operand)
{
    const char *operands[] = {operand};
    return find(operands, 1);
}

static void expect_failure(const char *operand, int code, const char *text, const char *other)
{
    struct error err = ERROR_INIT;
    struct source source;
    const char *operands[] = {operand};
    assert_error(&err, source_find(&source, operands, 1, &err), code, text, other);
}

// "path:class:group" of every clip, a line each.
static const char *listing(const struct source *source)
{
    static char text[8192];
    size_t used = 0;
    text[0] = 0;
    for (size_t i = 0; i < source->count; i++) {
        const struct source_clip *clip = &source->clips[i];
        const char *class_name = clip->class_id == SOURCE_UNLABELLED
            ? "-" : source->classes.names[clip->class_id];
        used += (size_t)snprintf(text + used, sizeof text - used, "%s%s:%s:%s\n",
                                 source->roots[clip->root], clip->path, class_name, clip->group);
        assert_true(used < sizeof text);
    }
    return text;
}

static void test_folder_of_class_folders(void **state)
{
    (void)state;
    tree_put("d/Diving/v_Diving_g02_c01.avi", "");
    tree_put("d/Diving/v_Diving_g01_c01.AVI", "");
    tree_put("d/Diving/notes.txt", "");
    tree_put("d/Diving/.hidden.avi", "");
    tree_put("d/Archery/b.WebM", "");
    tree_put("d/Archery/deep/er/c_g3_.mp4", "");
    tree_put("d/Archery/x.avi/inside.avi", ""); // a folder that is called like a clip
    tree_put("d/Archery/avi", "");
    tree_put("d/Archery/.avi", "");
    tree_put("d/.git/v.avi", "");
    tree_put("d/loose.mkv", "");
    tree_put("d/README", "");
    tree_folder("d/Empty");
    tree_put("d/Texts/a.txt", "");
    struct source source = find_one("d//");
    assert_string_equal(listing(&source),
                        "d/Archery/b.WebM:Archery:\n"
                        "d/Archery/deep/er/c_g3_.mp4:Archery:g3\n"
                        "d/Archery/x.avi/inside.avi:Archery:\n"
                        "d/Diving/v_Diving_g01_c01.AVI:Diving:g01\n"
                        "d/Diving/v_Diving_g02_c01.avi:Diving:g02\n"
                        "d/loose.mkv:-:\n");
    assert_string_equal(source.clips[0].path, "Archery/b.WebM");
    assert_int_equal(source.others.count, 4); // README, avi, notes.txt, a.txt
    assert_string_equal(source.others.first, "d/Archery/avi");
    assert_int_equal(source.empty.count, 2);
    assert_string_equal(source.empty.first, "d/Empty");
    assert_int_equal(source.repeats.count, 0);
    assert_true(source.nested);
    source_free(&source);
}

static void test_links(void **state)
{
    (void)state;
    tree_put("real/A/one.avi", "");
    tree_put("other/two.avi", "");
    tree_link("../../other", "real/A/more");       // a folder of clips elsewhere
    tree_link("../A", "real/A/self");              // a circle
    tree_link("..", "real/A/up");                  // a larger one
    tree_link("A", "real/0alias");                 // sorts first, but is a link
    tree_link("nowhere", "real/A/broken.avi");     // a clip that will fail
    tree_link("loop.avi", "real/A/loop.avi");      // so will this
    tree_link("nowhere", "real/A/broken.txt");
    tree_link("one.avi", "real/A/same.avi");
    struct source source = find_one("real");
    assert_string_equal(listing(&source),
                        "real/A/one.avi:A:\n"
                        "real/A/broken.avi:A:\n"
                        "real/A/loop.avi:A:\n"
                        "real/A/more/two.avi:A:\n"
                        "real/A/same.avi:A:\n");
    assert_int_equal(source.repeats.count, 3);
    assert_int_equal(source.others.count, 1);
    source_free(&source);
    // The same folder as two sources: once.
    const char *twice[] = {"other", "real/A/more"};
    source = find(twice, 2);
    assert_int_equal(source.count, 1);
    assert_int_equal(source.repeats.count, 1);
    source_free(&source);
}

static void test_files_and_lists(void **state)
{
    (void)state;
    tree_put("one_g07_.anything", "");
    tree_put("d/A/a.avi", "");
    tree_put("list", "gone.avi\tA\r\nd/A/a.avi\tB\nplain_g1_.mp4\n");
    const char *operands[] = {"one_g07_.anything", "d", "@list"};
    struct source source = find(operands, 3);
    assert_string_equal(listing(&source),
                        "one_g07_.anything:-:g07\n"
                        "d/A/a.avi:A:\n"
                        "gone.avi:A:\n"
                        "d/A/a.avi:B:\n"
                        "plain_g1_.mp4:-:g1\n");
    assert_string_equal(source.clips[3].path, "d/A/a.avi"); // as listed
    char name[PATH_MAX];
    struct error err = ERROR_INIT;
    assert_int_equal(source_file_name(&source, &source.clips[1], 1, name, sizeof name, &err), 0);
    assert_string_equal(name, "d/A/a.avi");
    assert_int_equal(source_file_name(&source, &source.clips[1], 1, name, 9, &err), ERR_IO);
    source_free(&source);
}

static void test_refused(void **state)
{
    (void)state;
    expect_failure("gone.avi", ERR_IO, "gone.avi", "No such file");
    expect_failure("@gone", ERR_IO, "gone", "No such file");
    tree_folder("empty");
    expect_failure("empty", ERR_VALUE, "empty: no clips in it", ".avi");
    tree_put("nolist", "\n\n");
    expect_failure("@nolist", ERR_VALUE, "@nolist: no clips in it", "");
    tree_put("d/bad\xff/a.avi", "");
    expect_failure("d", ERR_VALUE, "d/bad\\xff", "not UTF-8");
    tree_put("e/unlabelled/a.avi", "");
    expect_failure("e", ERR_VALUE, "e/unlabelled", "reserved");
    tree_put("f/bad\xff/a.txt", ""); // no clip in it: nobody minds
    tree_put("f/A/a.avi", "");
    struct source source = find_one("f");
    assert_int_equal(source.count, 1);
    source_free(&source);
    assert_int_equal(mkfifo("pipe", 0600), 0);
    expect_failure("pipe", ERR_VALUE, "pipe: a device or pipe", "@LIST");
    tree_put("list", "a\tb\tc\n");
    expect_failure("@list", ERR_FORMAT, "list, line 1", "tab");
    if (geteuid() != 0) { // root may read anything
        tree_folder("d/locked");
        assert_int_equal(chmod("d/locked", 0), 0);
        expect_failure("d", ERR_IO, "d/locked", "denied");
        assert_int_equal(chmod("d/locked", 0700), 0);
    }
}

static void test_depth_has_an_end(void **state)
{
    (void)state;
    char path[400] = "deep";
    for (int i = 0; i < 70; i++) {
        memcpy(path + strlen(path), "/x", 3);
    }
    memcpy(path + strlen(path), "/a.avi", 7);
    tree_put(path, "");
    expect_failure("deep", ERR_IO, "deep/x/x", "Too many levels");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_folder_of_class_folders, tree_enter, tree_leave),
        cmocka_unit_test_setup_teardown(test_links, tree_enter, tree_leave),
        cmocka_unit_test_setup_teardown(test_files_and_lists, tree_enter, tree_leave),
        cmocka_unit_test_setup_teardown(test_refused, tree_enter, tree_leave),
        cmocka_unit_test_setup_teardown(test_depth_has_an_end, tree_enter, tree_leave),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
