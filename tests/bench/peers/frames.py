"""What every Python function costs at least: a frame of <length u32><bytes> comes, and goes back."""

import os
import struct

while True:
    data = os.read(3, 65536)
    if not data:
        break
    while struct.unpack_from("<I", data)[0] > len(data) - 4:
        data += os.read(3, 65536)
    os.write(3, data)
