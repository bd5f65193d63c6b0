"""Reads a .proto with the real protoc, and JSON files as messages of it; unknown fields are errors.

proto.py PROTO MESSAGE JSON...  prints the JSON of each file as protobuf writes it, with the names of the .proto.
"""

import importlib
import json
import sys
import tempfile
from pathlib import Path

from google.protobuf import json_format
from grpc_tools import protoc


def main():
    proto, message, *files = sys.argv[1:]
    proto = Path(proto)
    with tempfile.TemporaryDirectory() as folder:
        arguments = ["protoc", f"--proto_path={proto.parent}", f"--python_out={folder}"]
        if protoc.main([*arguments, proto.name]) != 0:
            sys.exit(1)
        sys.path.insert(0, folder)
        module = importlib.import_module(f"{proto.stem}_pb2")
    service = module.DESCRIPTOR.services_by_name["Plugin"]
    method = service.methods_by_name["OnConnect"]
    print(f"/{service.full_name}/{method.name}")
    for file in files:
        value = json_format.Parse(Path(file).read_text(), getattr(module, message)())
        print(json.dumps(json_format.MessageToDict(value, preserving_proto_field_name=True)))


main()
