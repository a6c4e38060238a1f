using System.Buffers.Binary;
using Sparse.Encoders.Safetensors;

namespace Sparse.Encoders.Tests.Safetensors;

/// <summary>A safetensors file is read as its format says, and one that is not so is refused before its numbers are believed.</summary>
internal sealed class SafetensorsFileTests
{
    private Scratch _scratch = new();

    [SetUp]
    public void Make() => _scratch = new Scratch();

    [TearDown]
    public void Drop() => _scratch.Dispose();

    [Test]
    public void Tensors_of_all_float_types_are_read()
    {
        float[] values = [0, 1, -1, 0.5f, 65504, -0.0009765625f];
        SafetensorsFile file = Open(TensorFile.Bytes([.. ((string[])["F32", "F16", "BF16", "F64"]).Select(type => new TensorFile.Tensor("t" + type, type, [2, 3], values))]));

        Assert.That(file.Tensors.Keys, Is.EquivalentTo(new[] { "tF32", "tF16", "tBF16", "tF64" }));
        Assert.That(file.Tensors["tF16"].Shape, Is.EqualTo(new long[] { 2, 3 }));
        Assert.That(file.ReadFloats("tF32"), Is.EqualTo(values));
        Assert.That(file.ReadFloats("tF64"), Is.EqualTo(values));
        Assert.That(file.ReadFloats("tF16"), Is.EqualTo(values));
        Assert.That(file.ReadFloats("tBF16"), Is.EqualTo(Array.ConvertAll(values, value => TensorFile.Rounded("BF16", value))));
    }

    [Test]
    public void Tensor_larger_than_a_chunk_is_read_whole()
    {
        float[] values = [.. Enumerable.Range(0, 700_001).Select(i => (float)i)];
        SafetensorsFile file = Open(TensorFile.Bytes(new TensorFile.Tensor("small", "F16", [3], [1, 2, 3]), new TensorFile.Tensor("large", "F32", [700_001], values)));

        Assert.That(file.ReadFloats("large").AsSpan().SequenceEqual(values), Is.True);
        Assert.That(file.ReadFloats("small"), Is.EqualTo(new float[] { 1, 2, 3 }));
    }

    [Test]
    public void Empty_tensors_and_scalars_have_their_bytes()
    {
        SafetensorsFile file = Open(TensorFile.Bytes(new TensorFile.Tensor("none", "F32", [0, 5], []), new TensorFile.Tensor("one", "F32", [], [3])));

        Assert.That(file.ReadFloats("none"), Is.Empty);
        Assert.That(file.ReadFloats("one"), Is.EqualTo(new[] { 3f }));
    }

    [TestCase("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", "neither overlap nor leave holes", TestName = "Overlapping offsets")]
    [TestCase("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", "its tensors end at byte 4", TestName = "Bytes after the last tensor")]
    [TestCase("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", "where byte 0 is next", TestName = "A hole at the beginning")]
    [TestCase("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}""", "bytes 8 to 0", TestName = "Offsets that run backwards")]
    [TestCase("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,9223372036854775807]}}""", "cut short", TestName = "Offsets past the end")]
    [TestCase("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[-8,0]}}""", "no dtype, shape and data_offsets", TestName = "Negative offsets")]
    [TestCase("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8.5]}}""", "no dtype, shape and data_offsets", TestName = "Offsets that are no whole numbers")]
    [TestCase("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0]}}""", "no dtype, shape and data_offsets", TestName = "One offset alone")]
    [TestCase("""{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}""", "has 8 bytes for [3] of F32", TestName = "A shape of another size")]
    [TestCase("""{"a":{"dtype":"F16","shape":[2],"data_offsets":[0,8]}}""", "has 8 bytes for [2] of F16", TestName = "A type of another size")]
    [TestCase("""{"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,8]}}""", "has 8 bytes for [4294967296, 4294967296]", TestName = "A shape whose product overflows")]
    [TestCase("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", "names tensor 'a' twice", TestName = "A name twice")]
    [TestCase("""{"a":{"shape":[2],"data_offsets":[0,8]}}""", "no dtype, shape and data_offsets", TestName = "No type")]
    [TestCase("""{"a":7}""", "no dtype, shape and data_offsets", TestName = "A number for a tensor")]
    [TestCase("""[1]""", "is no table of tensors", TestName = "A list for a header")]
    [TestCase("""{"a":""", "is not valid JSON", TestName = "A header cut short")]
    [TestCase("", "is not valid JSON", TestName = "No header")]
    public void Header_that_is_wrong_is_refused(string header, string expected) =>
        Assert.That(() => Open(TensorFile.Bytes(header, new byte[8])), Throws.InstanceOf<InvalidDataException>().With.Message.Contains(expected).And.Message.Contains("file.safetensors"));

    [TestCase(0L)]
    [TestCase(7L)]
    public void File_too_short_for_a_length_is_refused(long bytes) =>
        Assert.That(() => Open(new byte[bytes]), Throws.InstanceOf<InvalidDataException>().With.Message.Contains($"it holds {bytes} bytes"));

    [TestCase(ulong.MaxValue)]
    [TestCase((ulong)long.MaxValue)]
    [TestCase(1UL << 40)]
    [TestCase(17UL << 20)]
    [TestCase(21UL)]
    public void Header_longer_than_the_file_or_the_limit_is_refused_without_memory_for_it(ulong length)
    {
        // As long as the limit needs, but sparse on disk.
        string path = _scratch["file.safetensors"];
        using (FileStream file = File.Create(path))
        {
            var start = new byte[8];
            BinaryPrimitives.WriteUInt64LittleEndian(start, length);
            file.Write(start);
            file.SetLength(length == 21 ? 28 : 20L << 20);
        }

        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.That(() => SafetensorsFile.Open(path), Throws.InstanceOf<InvalidDataException>().With.Message.Contains($"gives its header {length}"));
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(1 << 20));
    }

    [Test]
    public void Cut_file_is_refused_wherever_it_is_cut()
    {
        byte[] whole = TensorFile.Bytes(new TensorFile.Tensor("a", "F32", [5], [1, 2, 3, 4, 5]), new TensorFile.Tensor("b", "F16", [2], [1, 2]));
        for (int length = 0; length < whole.Length; length++)
        {
            byte[] cut = whole[..length];
            Assert.That(() => Open(cut), Throws.InstanceOf<InvalidDataException>(), $"cut at {length} of {whole.Length}");
        }
    }

    [Test]
    public void Numbers_that_are_not_finite_and_other_types_are_refused()
    {
        SafetensorsFile file = Open(TensorFile.Bytes(new TensorFile.Tensor("nan", "F32", [3], [0, 1, float.NaN]), new TensorFile.Tensor("inf", "F16", [1], [float.PositiveInfinity]), new TensorFile.Tensor("int", "I64", [1], [1])));

        Assert.That(() => file.ReadFloats("nan"), Throws.InstanceOf<InvalidDataException>().With.Message.Contains("Element 2 of tensor 'nan'"));
        Assert.That(() => file.ReadFloats("inf"), Throws.InstanceOf<InvalidDataException>().With.Message.Contains("Element 0 of tensor 'inf'"));
        Assert.That(() => file.ReadFloats("int"), Throws.InstanceOf<InvalidDataException>().With.Message.Contains("8 bytes of I64"));
        Assert.That(() => file.ReadFloats("none"), Throws.InstanceOf<InvalidDataException>().With.Message.Contains("no tensor 'none'"));
    }

    [TestCase("""{"weight_map": {"a": "../other.safetensors"}}""", "is not in")]
    [TestCase("""{"weight_map": {"a": "/etc/passwd"}}""", "is not in")]
    [TestCase("""{"weight_map": {"a": "none.safetensors"}}""", "which is not there")]
    [TestCase("""{"weight_map": {"c": "part.safetensors"}}""", "which does not hold it")]
    [TestCase("""{"weight_map": {"a": 7}}""", "no weight_map")]
    [TestCase("""{"weight_map": []}""", "no weight_map")]
    [TestCase("""{}""", "no weight_map")]
    [TestCase("{", "is not valid JSON")]
    public void Index_that_is_wrong_is_refused(string index, string expected)
    {
        File.WriteAllBytes(_scratch["part.safetensors"], TensorFile.Bytes(new TensorFile.Tensor("a", "F32", [1], [1])));
        string path = _scratch["model.safetensors.index.json"];
        File.WriteAllText(path, index);

        Assert.That(() => TensorSet.Open(path), Throws.InstanceOf<InvalidDataException>().With.Message.Contains(expected));
    }

    private SafetensorsFile Open(byte[] bytes)
    {
        string path = _scratch["file.safetensors"];
        File.WriteAllBytes(path, bytes);
        return SafetensorsFile.Open(path);
    }
}
