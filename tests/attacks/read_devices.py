"""Opens disks and memory.

Mark: 6
"""

for device in ("/dev/sda", "/dev/vda", "/dev/mem", "/dev/kmem", "/proc/kcore"):
    try:
        open(device, "rb").read(1)
        print("ESCAPED")
    except OSError:
        pass
