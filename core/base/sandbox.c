#include "core/base/sandbox.h"

#include "core/base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <seccomp.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <linux/seccomp.h>
#include <unistd.h>

enum { DESCRIPTORS = 64 }; // a child has four or five; libraries may open some before the filter

const char *const sandbox_mode_words[] = {
    [SANDBOX_AUTO] = "auto", [SANDBOX_REQUIRE] = "require", [SANDBOX_OFF] = "off", NULL,
};

struct sandbox sandbox_defaults(void)
{
    return (struct sandbox){.mode = SANDBOX_AUTO, .address_space = (size_t)4 << 30};
}

bool sandbox_has_filter(void)
{
#ifdef TRIPTYCH_NO_FILTER
    return false;
#else
    // EFAULT says that the kernel looked for the filter and we gave it none.
    return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, 0, 0, 0) < 0 && errno == EFAULT;
#endif
}

// The lower of the two: the user's own limit stays (RLIM_INFINITY is the largest number).
static int limit(int resource, size_t value, const char *what, struct error *err)
{
    struct rlimit old;
    if (getrlimit(resource, &old) < 0) {
        return error_errno(err, errno, "sandbox: cannot read the limit on %s", what);
    }
    rlim_t wanted = value < old.rlim_cur ? value : old.rlim_cur;
    rlim_t hard = wanted;
    if (resource == RLIMIT_CPU && wanted < old.rlim_max) {
        hard++; // where a process is killed without a word
    } else if (resource == RLIMIT_NOFILE) {
        hard = old.rlim_max; // valgrind has files of its own up there; no call raises limits
    }
    struct rlimit new = {wanted, hard};
    if (setrlimit(resource, &new) < 0) {
        return error_errno(err, errno, "sandbox: cannot limit %s", what);
    }
    return 0;
}

#ifndef TRIPTYCH_NO_FILTER

// The address space that we have already. Of a parent with a stack and a heap for each of
// many threads (OpenBLAS starts one per processor) that is gigabytes. 0: nobody says.
static size_t address_space_now(void)
{
    char text[32] = "";
    uint64_t pages;
    int fd = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return 0;
    }
    bool read_it = read(fd, text, sizeof text - 1) > 0;
    close(fd);
    text[strcspn(text, " ")] = 0;
    return read_it && text_to_u64(text, &pages) ? (size_t)pages * (size_t)sysconf(_SC_PAGESIZE)
                                                : 0;
}

// What a decoder or a file parser needs once its inputs are open.
static const int allowed[] = {
    SCMP_SYS(brk), SCMP_SYS(clock_gettime), SCMP_SYS(clock_nanosleep), SCMP_SYS(close),
    SCMP_SYS(exit), SCMP_SYS(exit_group), SCMP_SYS(fstat), SCMP_SYS(futex),
    SCMP_SYS(getpid), SCMP_SYS(getrandom), SCMP_SYS(getrusage), SCMP_SYS(gettid),
    SCMP_SYS(gettimeofday), SCMP_SYS(lseek), SCMP_SYS(mmap), SCMP_SYS(mprotect),
    SCMP_SYS(mremap), SCMP_SYS(munmap), SCMP_SYS(nanosleep), SCMP_SYS(newfstatat),
    SCMP_SYS(poll), SCMP_SYS(ppoll), SCMP_SYS(pread64), SCMP_SYS(read), SCMP_SYS(readv),
    SCMP_SYS(recvmsg), SCMP_SYS(restart_syscall), SCMP_SYS(rt_sigaction),
    SCMP_SYS(rt_sigprocmask), SCMP_SYS(rt_sigreturn), SCMP_SYS(sched_getaffinity),
    SCMP_SYS(sched_yield), SCMP_SYS(sendmsg), SCMP_SYS(set_robust_list), SCMP_SYS(sysinfo),
    SCMP_SYS(uname), SCMP_SYS(write), SCMP_SYS(writev),
};

// What is left of fcntl: its F_SETOWN and F_SETSIG can signal any process.
static const int allowed_fcntl[] = {F_DUPFD, F_DUPFD_CLOEXEC, F_GETFD, F_SETFD, F_GETFL};

// What no parser has any business with: trying it is the attack, not a probe.
static const int deadly[] = {
    SCMP_SYS(accept), SCMP_SYS(accept4), SCMP_SYS(bind), SCMP_SYS(bpf), SCMP_SYS(chroot),
    SCMP_SYS(connect), SCMP_SYS(delete_module), SCMP_SYS(execve), SCMP_SYS(execveat),
    SCMP_SYS(fork), SCMP_SYS(init_module), SCMP_SYS(io_uring_setup), SCMP_SYS(kexec_load),
    SCMP_SYS(keyctl), SCMP_SYS(kill), SCMP_SYS(listen), SCMP_SYS(mount),
    SCMP_SYS(perf_event_open), SCMP_SYS(pivot_root), SCMP_SYS(process_vm_readv),
    SCMP_SYS(process_vm_writev), SCMP_SYS(ptrace), SCMP_SYS(reboot), SCMP_SYS(setns),
    SCMP_SYS(setuid), SCMP_SYS(socket), SCMP_SYS(socketpair), SCMP_SYS(umount2),
    SCMP_SYS(unshare), SCMP_SYS(userfaultfd), SCMP_SYS(vfork),
};

// Allow a system call where its argument number `argument` is `value`, or less than it.
static int allow_where(scmp_filter_ctx filter, int call, unsigned argument,
                       enum scmp_compare is, scmp_datum_t value)
{
    struct scmp_arg_cmp compare = {.arg = argument, .op = is, .datum_a = value};
    return seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, call, 1, &compare);
}

static int load_filter(void)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
    if (!filter) {
        return -ENOMEM;
    }
    int failed = 0;
    for (size_t i = 0; !failed && i < sizeof allowed / sizeof allowed[0]; i++) {
        failed = seccomp_rule_add(filter, SCMP_ACT_ALLOW, allowed[i], 0);
    }
    for (size_t i = 0; !failed && i < sizeof deadly / sizeof deadly[0]; i++) {
        failed = seccomp_rule_add(filter, SCMP_ACT_KILL_PROCESS, deadly[i], 0);
    }
    for (size_t i = 0; !failed && i < sizeof allowed_fcntl / sizeof allowed_fcntl[0]; i++) {
        failed = allow_where(filter, SCMP_SYS(fcntl), 1, SCMP_CMP_EQ,
                             (scmp_datum_t)allowed_fcntl[i]);
    }
    if (!failed) { // abort() signals itself; nobody else may be signalled
        failed = allow_where(filter, SCMP_SYS(tgkill), 0, SCMP_CMP_EQ, (scmp_datum_t)getpid());
    }
    if (!failed) { // from MADV_HWPOISON on, root could take pages from the whole machine
        failed = allow_where(filter, SCMP_SYS(madvise), 2, SCMP_CMP_LT, MADV_HWPOISON);
    }
    if (!failed) {
        failed = seccomp_load(filter);
    }
    seccomp_release(filter);
    return failed;
}

#endif

int sandbox_enter(const struct sandbox *sandbox, struct error *err)
{
    int code = limit(RLIMIT_CORE, 0, "core files", err);
    if (code == 0 && sandbox->cpu_seconds > 0) {
        code = limit(RLIMIT_CPU, (size_t)sandbox->cpu_seconds, "processor time", err);
    }
#ifndef TRIPTYCH_NO_FILTER
    // Sanitizers reserve terabytes of address space; they and coverage write files.
    if (code == 0 && sandbox->address_space > 0) {
        code = limit(RLIMIT_AS, address_space_now() + sandbox->address_space, "memory", err);
    }
    if (code == 0) {
        code = limit(RLIMIT_FSIZE, 0, "what is written to files", err);
    }
    if (code == 0) {
        code = limit(RLIMIT_NOFILE, DESCRIPTORS, "open files", err);
    }
#endif
    if (code < 0) {
        return code;
    }
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0) {
        return error_errno(err, errno, "sandbox: no_new_privs");
    }
    if (sandbox->mode == SANDBOX_OFF) {
        return 0;
    }
#ifdef TRIPTYCH_NO_FILTER
    int failed = -ENOSYS;
#else
    int failed = load_filter();
#endif
    if (failed && sandbox->mode == SANDBOX_REQUIRE) {
        return error_errno(err, -failed, "sandbox: system calls cannot be filtered here "
                           "(--sandbox auto goes on without)");
    }
    return 0;
}
