// Metrics of storage below and beside the disks: arrays, thin pools, SMART, SCSI and PCIe, mounts, file-system errors, NFS, swap, I/O of groups.
import type { Metric } from '../model/metric.ts'

const lsblk = 'lsblk -o KNAME,TYPE,SIZE,SCHED,TRAN,MOUNTPOINT'
const mdstat = 'cat /proc/mdstat'
const smart = 'smartctl -a /dev/DEVICE'
const scsi = 'grep . /sys/class/scsi_host/*/{host_busy,can_queue} /sys/block/*/device/state'
const link = "lspci -vv | grep -E '^[0-9a-f]|LnkSta:|LnkCap:'"
const aer = "grep -v ' 0$' /sys/bus/pci/devices/*/aer_dev_*"
const mounts = 'findmnt -o TARGET,SOURCE,FSTYPE,VFS-OPTIONS,FS-OPTIONS'
const fsErrors = 'grep . /sys/fs/ext4/*/errors_count /sys/fs/btrfs/*/devinfo/*/error_stats'
const nfs = 'nfsiostat 1 5'
const pool = 'lvs -o vg_name,lv_name,data_percent,metadata_percent'
const groupIo = 'cat /sys/fs/cgroup/GROUP/io.stat /sys/fs/cgroup/GROUP/io.max'

export const metrics: readonly Metric[] = [
  { id: 'disk.size', per: 'disk', dimension: 'bytes', kind: 'constant', help: 'Size of the device', see: lsblk },
  { id: 'disk.scheduler', per: 'disk', dimension: 'text', kind: 'text', help: 'I/O scheduler of the device', see: lsblk },
  { id: 'disk.transport', per: 'disk', dimension: 'text', kind: 'text', help: 'How the device is attached: sata, sas, nvme, iscsi, usb', see: lsblk },
  { id: 'disk.mounts', per: 'disk', dimension: 'text', kind: 'text', help: 'Where the device, or a partition or volume on it, is mounted', see: lsblk },
  { id: 'disk.remote', per: 'disk', dimension: 'flag', kind: 'constant', help: '1 when a network is between the host and the device (iSCSI, Fibre Channel, NVMe over TCP)', see: lsblk },
  { id: 'array.missing', per: 'disk', dimension: 'count', kind: 'constant', help: 'Members the array should have and has not: it runs without that redundancy', see: mdstat },
  { id: 'array.members', per: 'disk', dimension: 'count', kind: 'constant', help: 'Members the array should have', see: mdstat },
  { id: 'array.failed', per: 'disk', dimension: 'count', kind: 'constant', help: 'Members marked as failed (F)', see: mdstat },
  { id: 'array.rebuilding', per: 'disk', dimension: 'flag', kind: 'constant', help: '1 while the array recovers, resyncs, reshapes or is checked: its members do that I/O beside yours', see: mdstat },
  { id: 'array.action', per: 'disk', dimension: 'text', kind: 'text', help: 'What the array does beside its work: recovery, resync, reshape, check; idle', see: mdstat },
  { id: 'array.progress', per: 'disk', dimension: 'ratio', kind: 'constant', help: 'How far that is', see: mdstat },
  { id: 'array.rebuild_speed', per: 'disk', dimension: 'byteRate', kind: 'constant', help: 'Its speed', see: mdstat },
  { id: 'array.rebuild_left', per: 'disk', dimension: 'seconds', kind: 'constant', help: 'Time the kernel expects until it is done', see: mdstat },
  { id: 'array.inactive', per: 'disk', dimension: 'flag', kind: 'constant', help: '1 when the array was found but not started', see: mdstat },
  { id: 'pool.data_used', per: 'disk', dimension: 'ratio', kind: 'constant', help: 'Share of a thin pool’s data space in use; when it is full, writes of all its volumes wait and then fail', see: pool },
  { id: 'pool.metadata_used', per: 'disk', dimension: 'ratio', kind: 'constant', help: 'Share of a thin pool’s metadata space in use; when it is full the pool turns read-only', see: pool },
  { id: 'disk.self_test_failed', per: 'disk', dimension: 'flag', kind: 'constant', help: '1 when the device itself says it is failing: SMART status, or a critical warning of NVMe', see: smart },
  { id: 'disk.bad_sectors', per: 'disk', dimension: 'count', kind: 'constant', help: 'Sectors reallocated, pending or uncorrectable; grown defects; media errors of NVMe, since the device was made', see: smart },
  { id: 'disk.wear', per: 'disk', dimension: 'ratio', kind: 'constant', help: 'Share of the rated endurance used (NVMe percentage_used)', see: smart },
  { id: 'disk.spare', per: 'disk', dimension: 'ratio', kind: 'constant', help: 'Spare blocks left (NVMe available_spare)', see: smart },
  { id: 'disk.spare_threshold', per: 'disk', dimension: 'ratio', kind: 'constant', help: 'Spare blocks below which the maker calls the device worn out', see: smart },
  { id: 'disk.cable_errors', per: 'disk', dimension: 'count', kind: 'constant', help: 'Checksum errors between device and controller since the device was made (UDMA_CRC_Error_Count): the cable, not the disk', see: smart },
  { id: 'disk.io_timeouts', per: 'disk', dimension: 'count', kind: 'count', help: 'Commands in the window that the device did not answer in time (iotmo_cnt)', see: 'grep . /sys/block/*/device/iotmo_cnt' },
  { id: 'disk.outstanding', per: 'disk', dimension: 'count', kind: 'gauge', help: 'Commands the device has accepted and not completed (iorequest_cnt less iodone_cnt)', see: 'grep . /sys/block/*/device/io*_cnt' },
  { id: 'disk.offline', per: 'disk', dimension: 'flag', kind: 'constant', help: '1 when the kernel took the device offline or blocks it while its path is recovered', see: scsi },
  { id: 'disk.state', per: 'disk', dimension: 'text', kind: 'text', help: 'State of the device as its driver has it: running, live; offline, blocked, dead', see: scsi },
  { id: 'controller.queue_used', dimension: 'ratio', kind: 'gauge', help: 'Commands in flight of the busiest SCSI host against those it can hold (host_busy, can_queue)', see: scsi },
  { id: 'controller.busiest', dimension: 'text', kind: 'text', help: 'That SCSI host and its driver', see: scsi },
  { id: 'disk.bus_rate', per: 'disk', dimension: 'byteRate', kind: 'constant', help: 'What the PCIe link of the disk carries in each direction', see: 'cat /sys/block/nvme*/device/device/current_link_{speed,width}' },
  { id: 'interface.bus_rate', per: 'interface', dimension: 'byteRate', kind: 'constant', help: 'What the PCIe link of the network card carries in each direction', see: 'cat /sys/class/net/*/device/current_link_{speed,width}' },
  { id: 'controller.narrow_links', dimension: 'count', kind: 'constant', help: 'PCIe links that run with fewer lanes than both ends have', see: link },
  { id: 'controller.slow_links', dimension: 'count', kind: 'constant', help: 'PCIe links that run at a lower speed than both ends can; power saving does that too', see: link },
  { id: 'controller.link', dimension: 'text', kind: 'text', help: 'The worst of these links: device, its kind, what it runs at and what both ends can', see: link },
  { id: 'controller.bus_errors', dimension: 'count', kind: 'count', help: 'Uncorrected PCIe errors in the window (AER fatal and nonfatal)', see: aer },
  { id: 'controller.bus_corrected', dimension: 'count', kind: 'count', help: 'Corrected PCIe errors in the window (AER)', see: aer },
  { id: 'controller.bus_error_device', dimension: 'text', kind: 'text', help: 'The PCI device with most errors in the window; none', see: aer },
  { id: 'mount.read_only', per: 'mount', dimension: 'flag', kind: 'constant', help: '1 when a filesystem of a type that can be written is mounted read-only, whoever wished it', see: mounts },
  { id: 'mount.filesystem_read_only', per: 'mount', dimension: 'flag', kind: 'constant', help: '1 when the filesystem itself is read-only, and not only this mount of it', see: mounts },
  { id: 'mount.forced_read_only', per: 'mount', dimension: 'flag', kind: 'constant', help: '1 when the filesystem refuses writes although its mount allows them: it stopped after an error', see: mounts },
  { id: 'mount.options', per: 'mount', dimension: 'text', kind: 'text', help: 'Options of the mount and of its filesystem', see: mounts },
  { id: 'mount.errors', per: 'mount', dimension: 'count', kind: 'count', help: 'Errors the filesystem met in the window (ext4 errors_count; btrfs write, read, flush, corruption and generation errors)', see: fsErrors },
  { id: 'mount.errors_recorded', per: 'mount', dimension: 'count', kind: 'constant', help: 'Errors recorded in the filesystem since it was last repaired or reset', see: fsErrors },
  { id: 'mount.written', per: 'mount', dimension: 'bytes', kind: 'constant', help: 'Written to the filesystem since it was mounted (session_write_kbytes of ext4, xs_write_bytes of XFS); 0 of one that was read-only from the start', see: 'cat /sys/fs/ext4/DEVICE/session_write_kbytes; grep xpc /sys/fs/xfs/DEVICE/stats/stats' },
  { id: 'mount.stopped', per: 'mount', dimension: 'flag', kind: 'constant', help: '1 when ext4 met an error since boot and errors=remount-ro is in force: newer kernels refuse writes then without showing ro', see: 'cat /sys/fs/ext4/DEVICE/last_error_time; grep errors= /proc/fs/ext4/DEVICE/options' },
  { id: 'nfs.operations', per: 'mount', dimension: 'rate', kind: 'rate', help: 'NFS operations completed per second', see: nfs },
  { id: 'nfs.rtt', per: 'mount', dimension: 'seconds', kind: 'rate', help: 'Mean time from sending a request to its reply: network and server', see: nfs },
  { id: 'nfs.execute', per: 'mount', dimension: 'seconds', kind: 'rate', help: 'Mean time of an operation as the caller sees it, waiting to be sent included', see: nfs },
  { id: 'nfs.queue', per: 'mount', dimension: 'seconds', kind: 'rate', help: 'Mean time an operation waited in this client before it was sent', see: nfs },
  { id: 'nfs.retransmits', per: 'mount', dimension: 'ratio', kind: 'rate', help: 'Requests sent again, of the operations of the window', see: nfs },
  { id: 'nfs.unanswered', per: 'mount', dimension: 'seconds', kind: 'constant', help: 'How long, up to the end of the window, the server answered nothing although requests or connection attempts went out', see: 'grep -A12 nfs /proc/self/mountstats' },
  { id: 'dentry.total', dimension: 'count', kind: 'constant', help: 'Cached names of files', see: 'cat /proc/sys/fs/dentry-state' },
  { id: 'dentry.unused', dimension: 'count', kind: 'constant', help: 'Cached names nobody has open: reclaimable, not a leak', see: 'cat /proc/sys/fs/dentry-state' },
  { id: 'dentry.negative_growth', dimension: 'rate', kind: 'rate', help: 'Names of files that do not exist that came into the cache per second', see: 'watch -n 1 cat /proc/sys/fs/dentry-state' },
  { id: 'dentry.negative', dimension: 'count', kind: 'constant', help: 'Cached names of files that do not exist', see: 'cat /proc/sys/fs/dentry-state' },
  { id: 'inode.total', dimension: 'count', kind: 'constant', help: 'Cached inodes', see: 'cat /proc/sys/fs/inode-nr' },
  { id: 'inode.unused', dimension: 'count', kind: 'constant', help: 'Cached inodes that are free', see: 'cat /proc/sys/fs/inode-nr' },
  { id: 'swap.areas', dimension: 'count', kind: 'constant', help: 'Swap devices and files in use', see: 'swapon --show' },
  { id: 'swap.size', dimension: 'bytes', kind: 'constant', help: 'Size of all swap areas', see: 'swapon --show' },
  { id: 'swap.used', dimension: 'ratio', kind: 'constant', help: 'Share of all swap areas in use', see: 'swapon --show' },
  { id: 'swap.fullest', dimension: 'text', kind: 'text', help: 'The fullest swap area', see: 'swapon --show' },
  { id: 'swap.disk_before_memory', dimension: 'flag', kind: 'constant', help: '1 when a disk has a higher swap priority than compressed memory (zram), which is then filled last', see: 'swapon --show' },
  { id: 'cgroup.read_bytes', per: 'cgroup', dimension: 'byteRate', kind: 'rate', help: 'Read from block devices by the group', see: groupIo },
  { id: 'cgroup.write_bytes', per: 'cgroup', dimension: 'byteRate', kind: 'rate', help: 'Written to block devices by the group', see: groupIo },
  { id: 'cgroup.io_operations', per: 'cgroup', dimension: 'rate', kind: 'rate', help: 'Reads and writes of the group per second', see: groupIo },
  { id: 'cgroup.io_limit_used', per: 'cgroup', dimension: 'ratio', kind: 'rate', help: 'The rate of the group against its I/O limit, for the limit and device where it is highest (io.max; blkio.throttle)', see: groupIo },
  { id: 'cgroup.io_limit', per: 'cgroup', dimension: 'text', kind: 'text', help: 'That limit', see: groupIo },
  { id: 'cgroup.io_pressure', per: 'cgroup', dimension: 'ratio', kind: 'rate', help: 'Share of the window in which some task of the group waited for block I/O (v2 only)', see: 'cat /sys/fs/cgroup/GROUP/io.pressure' },
  { id: 'cgroup.io_held', per: 'cgroup', dimension: 'ratio', kind: 'constant', help: 'Share of the samples in which a process of a group with an I/O limit waited in state D while the devices of the limit had nothing in flight', see: 'grep . /sys/block/*/inflight; ps -eo state,pid,wchan:32,cgroup | grep ^D' },
  { id: 'cgroup.io_held_limit', per: 'cgroup', dimension: 'text', kind: 'text', help: 'The lowest I/O limit of that group', see: groupIo },
  { id: 'process.io_held', per: 'process', dimension: 'ratio', kind: 'constant', help: 'Share of the samples in which this process did', see: 'cat /proc/PID/wchan /sys/block/*/inflight' },
]
