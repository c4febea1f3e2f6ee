#include "core/base/sandbox.h"

#include <errno.h>
#include <seccomp.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <linux/seccomp.h>

// What a decoder or a file parser needs once its inputs are open.
static const int allowed[] = {
    SCMP_SYS(brk), SCMP_SYS(clock_gettime), SCMP_SYS(clock_nanosleep), SCMP_SYS(close),
    SCMP_SYS(exit), SCMP_SYS(exit_group), SCMP_SYS(fcntl), SCMP_SYS(fstat), SCMP_SYS(futex),
    SCMP_SYS(getpid), SCMP_SYS(getrandom), SCMP_SYS(getrusage), SCMP_SYS(gettid),
    SCMP_SYS(gettimeofday), SCMP_SYS(lseek), SCMP_SYS(madvise), SCMP_SYS(mmap),
    SCMP_SYS(mprotect), SCMP_SYS(mremap), SCMP_SYS(munmap), SCMP_SYS(nanosleep),
    SCMP_SYS(newfstatat), SCMP_SYS(poll), SCMP_SYS(ppoll), SCMP_SYS(pread64), SCMP_SYS(read),
    SCMP_SYS(readv), SCMP_SYS(recvmsg), SCMP_SYS(restart_syscall), SCMP_SYS(rt_sigaction),
    SCMP_SYS(rt_sigprocmask), SCMP_SYS(rt_sigreturn), SCMP_SYS(sched_getaffinity),
    SCMP_SYS(sched_yield), SCMP_SYS(sendmsg), SCMP_SYS(set_robust_list), SCMP_SYS(sysinfo),
    SCMP_SYS(tgkill), SCMP_SYS(uname), SCMP_SYS(write), SCMP_SYS(writev),
};

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

static int limit(int resource, size_t value, const char *what, struct error *err)
{
    struct rlimit old;
    if (getrlimit(resource, &old) < 0) {
        return error_errno(err, errno, "sandbox: cannot read the limit on %s", what);
    }
    rlim_t wanted = old.rlim_max == RLIM_INFINITY || value < old.rlim_max ? value : old.rlim_max;
    struct rlimit new = {wanted, wanted};
    if (setrlimit(resource, &new) < 0) {
        return error_errno(err, errno, "sandbox: cannot limit %s", what);
    }
    return 0;
}

#ifndef TRIPTYCH_NO_FILTER
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
#ifndef TRIPTYCH_NO_FILTER
    // Sanitizers reserve terabytes of address space.
    if (code == 0 && sandbox->address_space > 0) {
        code = limit(RLIMIT_AS, sandbox->address_space, "memory", err);
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
