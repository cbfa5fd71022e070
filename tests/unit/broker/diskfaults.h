// SPDX-License-Identifier: MIT
#pragma once

// Makes the disk fail for this process: the functions of the C library through which SQLite writes are
// replaced in the program that links diskfaults.cpp. Any thread.
enum class DiskFault {
    None,
    Full, // writing fails with ENOSPC
    SyncFails, // writing works, but fdatasync() and fsync() fail with EIO
    ReadOnly, // writing fails with EROFS
};

void setDiskFault(DiskFault fault);
// Only the next `count` syncs fail with EIO.
void failNextSyncs(int count);
