using Sparse.Encoders.Import;
using Sparse.Encoders.Onnx;
using Sparse.Encoders.Splade;
using Sparse.Encoders.Tests.Splade;
using Sparse.Vectors;

namespace Sparse.Encoders.Tests.Onnx;

internal sealed class HalfWeightsTests
{
    private static readonly SpladeEncoderOptions Options = new() { MaxTokens = 30, Threads = 1 };

    [TestCase(ToyHead.Tied)]
    [TestCase(ToyHead.Untied)]
    public void Half_weights_take_half_the_file_and_give_the_weights_of_rounded_matrices(ToyHead head)
    {
        using var scratch = new Scratch();
        ToyModel toy = ToyModel.Write(scratch["toy"], head), rounded = ToyModel.Write(scratch["rounded"], new ToySettings
        {
            Head = head,
            Finish = proto =>
            {
                foreach (TensorProto tensor in proto.Graph.Initializer.Where(tensor => tensor.DataType == OnnxModel.Float && tensor.Dims.Count == 2))
                {
                    float[] values = Array.ConvertAll(OnnxModel.ReadFloats(tensor), value => (float)(Half)value);
                    tensor.RawData = Google.Protobuf.ByteString.CopyFrom(System.Runtime.InteropServices.MemoryMarshal.AsBytes(values.AsSpan()));
                }
            },
        });
        ModelImportReport whole = ModelImport.Import(toy.Folder, scratch["whole"]), half = ModelImport.Import(toy.Folder, scratch["half"], new ModelImportOptions { Weights = StoredWeights.Half });
        using SpladeEncoder expected = SpladeEncoder.FromFolder(rounded.Folder, Options), found = SpladeEncoder.FromFolder(half.Folder, Options), original = SpladeEncoder.FromFolder(whole.Folder, Options);
        TermVector vector = found.Encode(["w7 w8 w1234"])[0];

        Assert.That(half.QuantizedMatrices, Is.EqualTo(head == ToyHead.Tied ? 1 : 2));
        Assert.That(half.ModelBytes, Is.LessThan(whole.ModelBytes * 0.7));
        Assert.That(GoldenTests.Furthest(vector, GoldenTests.Weights(expected.Encode(["w7 w8 w1234"])[0])), Is.LessThan(1e-5f));
        Assert.That(GoldenTests.Furthest(vector, GoldenTests.Weights(original.Encode(["w7 w8 w1234"])[0])), Is.InRange(1e-6f, 5e-3f));
        Assert.That(found.Identity.Fingerprint, Is.Not.EqualTo(original.Identity.Fingerprint));
    }

    [Test]
    public void Weight_beyond_half_precision_is_refused_and_nothing_written()
    {
        using var scratch = new Scratch();
        ToyModel toy = ToyModel.Write(scratch["toy"], new ToySettings
        {
            Finish = proto =>
            {
                TensorProto table = proto.Graph.Initializer.Single(tensor => tensor.Name == "table");
                byte[] bytes = table.RawData.ToByteArray();
                BitConverter.GetBytes(70_000f).CopyTo(bytes, 0);
                table.RawData = Google.Protobuf.ByteString.CopyFrom(bytes);
            },
        });

        Assert.That(() => ModelImport.Import(toy.Folder, scratch["half"], new ModelImportOptions { Weights = StoredWeights.Half }),
            Throws.InstanceOf<InvalidDataException>().With.Message.Contains("'table'").And.Message.Contains("70000").And.Message.Contains("fp16 ends at 65504"));
        Assert.That(Directory.Exists(scratch["half"]), Is.False);
    }
}
