"""Opens files, as many as it can.

Mark: 6
"""

opened = []
try:
    for _ in range(2000):
        opened.append(open("/dev/null"))
    print("ESCAPED")
except OSError:
    for file in opened:
        file.close()
