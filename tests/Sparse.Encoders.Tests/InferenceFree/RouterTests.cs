using Sparse.Encoders.Import;
using Sparse.Encoders.InferenceFree;
using Sparse.Encoders.Splade;
using Sparse.Encoders.Tests.Splade;
using Sparse.Vectors;

namespace Sparse.Encoders.Tests.InferenceFree;

/// <summary>Folders with two sides: a model for documents and a table for queries, as sentence-transformers saves them.</summary>
internal sealed class RouterTests
{
    private static readonly SpladeEncoderOptions Options = new() { MaxTokens = 64, Threads = 1 };

    private Scratch _scratch = new();

    [SetUp]
    public void Make() => _scratch = new Scratch();

    [TearDown]
    public void Drop() => _scratch.Dispose();

    [Test]
    public void Router_gives_the_document_encoder_and_the_query_encoder(
        [Values("", "document_0_MLMTransformer")] string encoderFolder, [Values("SparseStaticEmbedding", "IDF")] string query, [Values] bool isImported)
    {
        ToyModel toy = WriteRouter(encoderFolder, query);
        string folder = isImported ? ModelImport.Import(toy.Folder, _scratch["out"]).Folder : toy.Folder;
        using SpladeEncoder documents = SpladeEncoder.FromFolder(folder, Options);
        using InferenceFreeEncoder queries = InferenceFreeEncoder.FromFolder(folder);

        Assert.That(GoldenTests.Furthest(documents.Encode(["w7 w9"])[0], toy.Weights([2, 7, 9, 3], log1p: true)), Is.LessThan(1e-5f));
        TermVector vector = queries.Encode("w9 w7 w9 [SEP] unknown");
        Assert.That(vector.Terms.ToArray(), Is.EqualTo(new[] { 7, 9 }));
        Assert.That(vector.Weights.ToArray(), Is.EqualTo(new[] { 0.07f, 0.09f }));
        Assert.That(queries.Identity.CanQuery(documents.Identity), Is.True);
        Assert.That(InferenceFreeEncoder.IsQuerySideOf(folder), Is.True);
    }

    [Test]
    public void Plain_folder_has_no_query_side_of_its_own() =>
        Assert.That(InferenceFreeEncoder.IsQuerySideOf(ToyModel.Write(_scratch["toy"]).Folder), Is.False);

    [Test]
    public void Older_IDF_keeps_its_tokenizer_in_a_folder_of_its_own()
    {
        ToyModel toy = WriteRouter("", "IDF");
        string query = Path.Combine(toy.Folder, "query_0_IDF");
        Directory.CreateDirectory(Path.Combine(query, "tokenizer"));
        File.WriteAllLines(Path.Combine(query, "tokenizer", "vocab.txt"), ToyModel.Vocabulary(ToyModel.Terms).Select(piece => piece == "w7" ? "seven" : piece));
        using InferenceFreeEncoder queries = InferenceFreeEncoder.FromFolder(toy.Folder);

        Assert.That(queries.Encode("seven").Terms.ToArray(), Is.EqualTo(new[] { 7 }));
    }

    [TestCase("idf.json", "")]
    [TestCase("weights.json", "/home/someone/models/weights.json")]
    public void Table_in_JSON_goes_before_the_tensor_where_the_configuration_names_it(string file, string path)
    {
        ToyModel toy = WriteRouter("", "SparseStaticEmbedding");
        string query = Path.Combine(toy.Folder, "query_0_SparseStaticEmbedding");
        File.WriteAllText(Path.Combine(toy.Folder, file), """{"w7": 3.5, "[CLS]": 9}""");
        File.WriteAllText(Path.Combine(query, "config.json"), $$"""{"frozen": true, "path": "{{path}}"}""");
        using InferenceFreeEncoder queries = InferenceFreeEncoder.FromFolder(toy.Folder);

        Assert.That(queries.Encode("w7 w9").Weights.ToArray(), path.Length == 0 ? Is.EqualTo(new[] { 0.07f, 0.09f }) : Is.EqualTo(new[] { 3.5f }));
    }

    [Test]
    public void Table_of_the_root_serves_a_query_side_without_one()
    {
        ToyModel toy = WriteRouter("", "SparseStaticEmbedding");
        File.Delete(Path.Combine(toy.Folder, "query_0_SparseStaticEmbedding", "model.safetensors"));
        Assert.That(() => InferenceFreeEncoder.FromFolder(toy.Folder), Throws.InstanceOf<FileNotFoundException>().With.Message.Contains("looked for idf.json").And.Message.Contains("router_config.json"));

        File.WriteAllText(Path.Combine(toy.Folder, "query_token_weights.txt"), "w7\t0.5\n");
        Assert.That(InferenceFreeEncoder.FromFolder(toy.Folder).Encode("w7 w9").Weights.ToArray(), Is.EqualTo(new[] { 0.5f }));
    }

    [TestCase(2090, true, TestName = "A table may lack the last tokens")]
    [TestCase(2112, true, TestName = "A table may be padded")]
    [TestCase(2000, false)]
    [TestCase(2200, false)]
    public void Table_of_another_vocabulary_is_refused(int count, bool isTaken)
    {
        ToyModel toy = WriteRouter("", "SparseStaticEmbedding", count);

        if (isTaken)
        {
            Assert.That(InferenceFreeEncoder.FromFolder(toy.Folder).Encode("w7 w2099").Count, Is.EqualTo(count < 2100 ? 1 : 2));
        }
        else
        {
            Assert.That(() => InferenceFreeEncoder.FromFolder(toy.Folder), Throws.InstanceOf<InvalidDataException>().With.Message.Contains($"holds {count} weights; 2100 are needed"));
        }
    }

    [TestCase("\"query\": [", "\"queries\": [", "has no route 'query'; 'query' and 'document' are needed, and it has queries, document")]
    [TestCase("\"document\": [", "\"document\": [7, ", "has no route 'document'")]
    [TestCase("x.SparseStaticEmbedding", "x.Dense", "routes queries through 'Dense'")]
    [TestCase("x.SpladePooling", "x.Pooling", "module type 'x.Pooling'")]
    [TestCase("{", "", "is not valid JSON")]
    public void Router_of_another_kind_is_refused_with_the_reason(string part, string instead, string reason)
    {
        ToyModel toy = WriteRouter("", "SparseStaticEmbedding");
        string path = Path.Combine(toy.Folder, "router_config.json");
        string config = File.ReadAllText(path);
        File.WriteAllText(path, part == "{" ? config[1..] : config.Replace(part, instead, StringComparison.Ordinal));

        Assert.That(() => SpladeEncoder.FromFolder(toy.Folder, Options), Throws.InstanceOf<InvalidDataException>().With.Message.Contains(reason));
    }

    private ToyModel WriteRouter(string encoderFolder, string query, int weights = ToyModel.Terms)
    {
        ToyModel toy = ToyModel.Write(_scratch["toy"], new ToySettings { OnnxFile = Path.Combine(encoderFolder, "model.onnx") });
        string queryFolder = Path.Combine(toy.Folder, "query_0_" + query);
        Directory.CreateDirectory(queryFolder);
        Directory.CreateDirectory(Path.Combine(toy.Folder, "document_1_SpladePooling"));
        if (encoderFolder.Length > 0)
        {
            File.Move(Path.Combine(toy.Folder, "config.json"), Path.Combine(toy.Folder, encoderFolder, "config.json"));
        }

        File.WriteAllText(Path.Combine(toy.Folder, "modules.json"), """[{"idx":0,"name":"0","path":"","type":"sentence_transformers.models.Router"}]""");
        File.WriteAllText(Path.Combine(toy.Folder, "router_config.json"), $$"""
            {"types": {"query_0_{{query}}": "x.{{query}}", "{{encoderFolder}}": "x.MLMTransformer", "document_1_SpladePooling": "x.SpladePooling"},
             "structure": {"query": ["query_0_{{query}}"], "document": ["{{encoderFolder}}", "document_1_SpladePooling"]},
             "parameters": {"default_route": "document", "allow_empty_key": true} }
            """);
        File.WriteAllText(Path.Combine(toy.Folder, "document_1_SpladePooling", "config.json"), """{"pooling_strategy": "max", "activation_function": "log1p_relu"}""");
        File.WriteAllText(Path.Combine(queryFolder, "config.json"), """{"frozen": false}""");
        File.WriteAllBytes(Path.Combine(queryFolder, "model.safetensors"), InferenceFreeEncoderTests.Safetensors([.. Enumerable.Range(0, weights).Select(id => id / 100f)]));
        return toy;
    }
}
