using Sparse.Encoders.Import;
using Sparse.Encoders.Splade;

namespace Sparse.Encoders.Tests.Splade;

/// <summary>What is wrong with a model folder is said in one sentence that names the file.</summary>
internal sealed class ModelFolderTests
{
    private static readonly SpladeEncoderOptions Options = new() { MaxTokens = 64, Threads = 1 };

    private Scratch _scratch = new();

    [SetUp]
    public void Make() => _scratch = new Scratch();

    [TearDown]
    public void Drop() => _scratch.Dispose();

    [Test]
    public void Folder_that_is_not_there() =>
        Assert.That(() => SpladeEncoder.FromFolder(_scratch["none"]), Throws.InstanceOf<DirectoryNotFoundException>().With.Message.Contains("none"));

    [Test]
    public void Folder_without_a_model() =>
        Assert.That(() => SpladeEncoder.FromFolder(_scratch.Folder), Throws.InstanceOf<InvalidDataException>().With.Message.Contains("is not a model folder"));

    [Test]
    public void Folder_without_an_ONNX_file()
    {
        ToyModel toy = Toy();
        File.Delete(toy.OnnxPath);
        AssertRefused(toy, "holds no ONNX file");
    }

    [Test]
    public void Text_file_named_model_onnx()
    {
        ToyModel toy = Toy();
        File.WriteAllText(toy.OnnxPath, "<html>404</html>");
        AssertRefused(toy, "is not an ONNX model");
    }

    [Test]
    public void ONNX_file_cut_short()
    {
        ToyModel toy = Toy();
        byte[] bytes = File.ReadAllBytes(toy.OnnxPath);
        File.WriteAllBytes(toy.OnnxPath, bytes[..(bytes.Length / 2)]);
        AssertRefused(toy, "model.onnx");
    }

    [Test]
    public void Imported_ONNX_file_cut_short()
    {
        ModelImport.Import(Toy().Folder, _scratch["out"]);
        byte[] bytes = File.ReadAllBytes(Path.Combine(_scratch["out"], "model.onnx"));
        File.WriteAllBytes(Path.Combine(_scratch["out"], "model.onnx"), bytes[..(bytes.Length / 2)]);
        Assert.That(() => SpladeEncoder.FromFolder(_scratch["out"], Options), Throws.InstanceOf<InvalidDataException>().With.Message.Contains("is cut short"));
    }

    [Test]
    public void Vocabulary_of_another_size()
    {
        ToyModel toy = Toy();
        File.WriteAllLines(Path.Combine(toy.Folder, "vocab.txt"), ToyModel.Vocabulary(2000));
        AssertRefused(toy, "gives weights for 2100 terms, but its tokenizer has 2000 word pieces");
    }

    [TestCase("1_SpladePooling/config.json", """{"pooling_strategy":"mean"}""", "pooling_strategy 'mean'")]
    [TestCase("1_SpladePooling/config.json", """{"activation_function":"gelu"}""", "activation_function 'gelu'")]
    [TestCase("1_SpladePooling/config.json", "{", "is not valid JSON at line 1")]
    [TestCase("modules.json", """[{"type":"x.Router","path":""}]""", "router_config.json is not there")]
    [TestCase("modules.json", """[{"type":"x.Transformer","path":""}]""", "names no SpladePooling")]
    [TestCase("modules.json", """[{"type":"x.Dense","path":""}]""", "module type 'x.Dense'")]
    [TestCase("modules.json", """[{"type":"x.SpladePooling","path":"../.."}]""", "names the folder '../..'")]
    [TestCase("modules.json", "{}", "is not a list of modules")]
    [TestCase("sparse.json", """{"format":9}""", "has format 9")]
    [TestCase("sparse.json", """{"maxWeight":0}""", "maxWeight 0")]
    [TestCase("config.json", "[", "is not valid JSON")]
    public void Configuration_that_is_not_supported(string file, string content, string expected)
    {
        ToyModel toy = Toy();
        File.WriteAllText(Path.Combine(toy.Folder, file), content);
        AssertRefused(toy, expected);
    }

    [Test]
    public void Router_in_a_folder_of_a_long_name_that_is_not_there_is_named_by_its_beginning()
    {
        ToyModel toy = Toy();
        File.WriteAllText(Path.Combine(toy.Folder, "modules.json"), $$"""[{"type":"x.Router","path":"9_{{new string('x', 6000)}}"}]""");
        Assert.That(() => SpladeEncoder.FromFolder(toy.Folder, Options),
            Throws.InstanceOf<InvalidDataException>().With.Message.Contains("names a Router, but 9_xxx").And.Message.Contains("is not there").And.Message.Length.LessThan(500));
    }

    [Test]
    public void Folder_without_modules_json_pools_by_max_and_relu()
    {
        ToyModel toy = Toy();
        File.Delete(Path.Combine(toy.Folder, "modules.json"));
        using SpladeEncoder encoder = SpladeEncoder.FromFolder(toy.Folder, Options);
        Assert.That(GoldenTests.Furthest(encoder.Encode(["w9"])[0], toy.Weights([2, 9, 3])), Is.LessThan(1e-5f));
    }

    [Test]
    public void More_tokens_than_the_model_has_positions()
    {
        ToyModel toy = Toy();
        Assert.That(() => SpladeEncoder.FromFolder(toy.Folder, Options with { MaxTokens = 65 }),
            Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("64 tokens"));
        Assert.That(() => SpladeEncoder.FromFolder(toy.Folder, Options with { MaxTokens = 513 }),
            Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("from 2 to 512"));
    }

    [Test]
    public void Fingerprints_tell_weights_and_tokenizers_apart()
    {
        using SpladeEncoder one = SpladeEncoder.FromFolder(Toy().Folder, Options);
        using SpladeEncoder same = SpladeEncoder.FromFolder(ToyModel.Write(_scratch["same"]).Folder, Options with { Threads = 2 });
        using SpladeEncoder other = SpladeEncoder.FromFolder(ToyModel.Write(_scratch["other"], seed: 2).Folder, Options);
        using SpladeEncoder activated = SpladeEncoder.FromFolder(ToyModel.Write(_scratch["log1p"], activation: "log1p_relu").Folder, Options);
        Assert.That(same.Identity.Fingerprint, Is.EqualTo(one.Identity.Fingerprint).And.Length.EqualTo(16));
        Assert.That(other.Identity.Fingerprint, Is.Not.EqualTo(one.Identity.Fingerprint));
        Assert.That(activated.Identity.Fingerprint, Is.Not.EqualTo(one.Identity.Fingerprint));
    }

    [Test]
    public void Import_refuses_a_folder_that_holds_files()
    {
        ToyModel toy = Toy();
        Assert.That(() => ModelImport.Import(toy.Folder, toy.Folder), Throws.InstanceOf<IOException>().With.Message.Contains("is not empty"));
    }

    [Test]
    public void Cancelled_encoding_stops()
    {
        using SpladeEncoder encoder = SpladeEncoder.FromFolder(Toy().Folder, Options with { Threads = 2 });
        Assert.That(() => encoder.Encode(["w5", "w6", "w7"], new CancellationToken(canceled: true)), Throws.InstanceOf<OperationCanceledException>());
    }

    [Test]
    public void Disposed_encoder_says_so()
    {
        SpladeEncoder encoder = SpladeEncoder.FromFolder(Toy().Folder, Options);
        encoder.Dispose();
        encoder.Dispose();
        Assert.That(() => encoder.Encode(["w5"]), Throws.InstanceOf<ObjectDisposedException>());
        Assert.That(() => encoder.EncodeWithSources("w5"), Throws.InstanceOf<ObjectDisposedException>());
    }

    private ToyModel Toy() => ToyModel.Write(_scratch["toy"]);

    private static void AssertRefused(ToyModel toy, string expected) =>
        Assert.That(() => SpladeEncoder.FromFolder(toy.Folder, Options), Throws.InstanceOf<InvalidDataException>().With.Message.Contains(expected));
}
