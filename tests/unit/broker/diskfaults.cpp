// SPDX-License-Identifier: MIT
#include "diskfaults.h"

#include <atomic>
#include <cerrno>
#include <sys/syscall.h>
#include <unistd.h>

namespace {

std::atomic<DiskFault> currentFault = DiskFault::None;
std::atomic<int> failingSyncs = 0;

bool writingFails()
{
    const DiskFault fault = currentFault.load();
    if (fault != DiskFault::Full && fault != DiskFault::ReadOnly)
        return false;
    errno = fault == DiskFault::Full ? ENOSPC : EROFS;
    return true;
}

int sync(long call, int file)
{
    int left = failingSyncs.load();
    while (left > 0 && !failingSyncs.compare_exchange_weak(left, left - 1)) { }
    if (left > 0 || currentFault.load() == DiskFault::SyncFails) {
        errno = EIO;
        return -1;
    }
    return static_cast<int>(syscall(call, file));
}

} // namespace

void setDiskFault(DiskFault fault)
{
    currentFault.store(fault);
}

void failNextSyncs(int count)
{
    failingSyncs.store(count);
}

extern "C" {

// NOLINTBEGIN(readability-inconsistent-declaration-parameter-name): the C library's names are reserved.
ssize_t pwrite(int file, const void *data, size_t size, off_t offset)
{
    return writingFails() ? -1 : syscall(SYS_pwrite64, file, data, size, offset);
}

ssize_t pwrite64(int file, const void *data, size_t size, off64_t offset)
{
    return writingFails() ? -1 : syscall(SYS_pwrite64, file, data, size, offset);
}

int fdatasync(int file)
{
    return sync(SYS_fdatasync, file);
}

int fsync(int file)
{
    return sync(SYS_fsync, file);
}
// NOLINTEND(readability-inconsistent-declaration-parameter-name)
}
