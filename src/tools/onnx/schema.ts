/**
 * The part of onnx.proto3 with the layers of a model and their shapes, in the form that protobufjs takes. Names and numbers
 * of fields are those of the standard. Reading skips all other fields, above all the weights.
 */
const field = (type: string, id: number) => ({ type, id });
const repeated = (type: string, id: number) => ({ rule: "repeated", type, id });
/** Weights are not read: of numbers, only lists as short as an eps or a list of axes. */
const short = (type: string, id: number) => ({ ...repeated(type, id), mostBytes: 1024 });
const oneof = (name: string, members: readonly string[]) => ({ oneofs: { [name]: { oneof: [...members] } } });

export const onnxSchema = {
  nested: {
    onnx: {
      nested: {
        ModelProto: {
          fields: {
            irVersion: field("int64", 1),
            opsetImport: repeated("OperatorSetIdProto", 8),
            producerName: field("string", 2),
            graph: field("GraphProto", 7),
          },
        },
        OperatorSetIdProto: { fields: { domain: field("string", 1), version: field("int64", 2) } },
        GraphProto: {
          fields: {
            node: repeated("NodeProto", 1),
            name: field("string", 2),
            initializer: repeated("TensorProto", 5),
            input: repeated("ValueInfoProto", 11),
            output: repeated("ValueInfoProto", 12),
            valueInfo: repeated("ValueInfoProto", 13),
          },
        },
        NodeProto: {
          fields: {
            input: repeated("string", 1),
            output: repeated("string", 2),
            name: field("string", 3),
            opType: field("string", 4),
            domain: field("string", 7),
            attribute: repeated("AttributeProto", 5),
          },
        },
        AttributeProto: {
          fields: {
            name: field("string", 1),
            f: field("float", 2),
            i: field("int64", 3),
            s: field("bytes", 4),
            t: field("TensorProto", 5),
            g: field("GraphProto", 6),
            ints: repeated("int64", 8),
            type: field("int32", 20),
          },
        },
        TensorProto: {
          fields: {
            dims: repeated("int64", 1),
            dataType: field("int32", 2),
            floatData: short("float", 4),
            int64Data: short("int64", 7),
            name: field("string", 8),
            rawData: field("bytes", 9),
          },
        },
        ValueInfoProto: { fields: { name: field("string", 1), type: field("TypeProto", 2) } },
        TypeProto: {
          ...oneof("value", ["tensorType"]),
          fields: { tensorType: field("TensorType", 1) },
          nested: {
            TensorType: { fields: { elemType: field("int32", 1), shape: field("TensorShapeProto", 2) } },
          },
        },
        TensorShapeProto: {
          fields: { dim: repeated("Dimension", 1) },
          nested: {
            Dimension: {
              ...oneof("value", ["dimValue", "dimParam"]),
              fields: { dimValue: field("int64", 1), dimParam: field("string", 2) },
            },
          },
        },
      },
    },
  },
};
