using System.Text;
using System.Text.Json;
using Sparse.Encoders.BuiltIn;
using Sparse.Encoders.InferenceFree;
using Sparse.Encoders.Tests.Safetensors;
using Sparse.Tokens;
using Sparse.Vectors;

namespace Sparse.Encoders.Tests.InferenceFree;

public class InferenceFreeEncoderTests
{
    private static readonly InferenceFreeEncoder BuiltIn = InferenceFreeEncoder.BuiltIn();

    [OneTimeTearDown]
    public void Dispose() => BuiltIn.Dispose();

    [Test]
    public void Built_in_weights_equal_idf_json_bit_by_bit()
    {
        using FileStream stream = File.OpenRead(Sparse.Tests.SharedData.Path("data/opensearch-token-weights/bert-uncased/idf.json"));
        using JsonDocument idf = JsonDocument.Parse(stream);

        float[] weights = IdfTable.ReadBuiltIn(BuiltInVocabulary.Tokenizer.Vocabulary);

        Assert.That(idf.RootElement.EnumerateObject().Count(), Is.EqualTo(weights.Length));
        float[] expected = new float[weights.Length];
        foreach (JsonProperty entry in idf.RootElement.EnumerateObject())
        {
            Assert.That(BuiltInVocabulary.Tokenizer.Vocabulary.TryGetId(entry.Name, out int id), Is.True);
            expected[id] = entry.Value.GetSingle();
        }

        Assert.That(weights, Is.EqualTo(expected));
    }

    // Weights as idf.json of opensearch-project/ml-commons has them.
    [TestCase("the", 0.1353016495704651f)]
    [TestCase("receptor", 7.042980670928955f)]
    public void Weight_of_a_word_is_that_of_the_table(string word, float weight)
    {
        TermVector vector = BuiltIn.Encode(word);

        Assert.That(vector.Weights.ToArray(), Is.EqualTo(new[] { weight }));
        Assert.That(BuiltIn.Vocabulary[vector.Terms[0]], Is.EqualTo(word));
    }

    [Test]
    public void Repeated_words_do_not_add_up() =>
        Assert.That(Pairs(BuiltIn.Encode("cats chase cats, CATS!")), Is.EqualTo(Pairs(BuiltIn.Encode("cats chase , !"))));

    [Test]
    public void Special_tokens_are_left_out()
    {
        Assert.That(BuiltIn.Encode("[CLS] [SEP] [MASK] [PAD] [UNK] \u4E02\U0001F600").Count, Is.Zero);
        Assert.That(BuiltIn.Encode("").Count, Is.Zero);
    }

    [Test]
    public void Long_texts_are_not_cut()
    {
        string text = string.Join(' ', Enumerable.Repeat("cats", 2000)) + " receptor";

        Assert.That(BuiltIn.Encode(text).Count, Is.EqualTo(2));
    }

    [Test]
    public void Query_of_ten_words_allocates_little()
    {
        const string query = "what causes the small receptor to bind in breast cancer";
        BuiltIn.Encode(query);

        long before = GC.GetAllocatedBytesForCurrentThread();
        TermVector vector = BuiltIn.Encode(query);
        long bytes = GC.GetAllocatedBytesForCurrentThread() - before;

        Assert.That(vector.Count, Is.EqualTo(10));
        Assert.That(bytes, Is.LessThan(1024));
    }

    [Test]
    public void Identity_fits_documents_of_any_model_of_the_same_vocabulary()
    {
        EncoderIdentity identity = BuiltIn.Identity;

        Assert.That(identity.Name, Is.EqualTo("idf"));
        Assert.That(identity.IsQueryOnly, Is.True);
        Assert.That(identity.Fingerprint, Is.EqualTo(InferenceFreeEncoder.BuiltIn().Identity.Fingerprint));
        Assert.That(identity.CanQuery(new EncoderIdentity("m", "1", BuiltInVocabulary.Tokenizer.Vocabulary.Fingerprint, false)), Is.True);
        Assert.That(identity.CanQuery(new EncoderIdentity("m", "1", "2", false)), Is.False);
    }

    [Test]
    public void Zero_and_missing_weights_are_left_out()
    {
        using InferenceFreeEncoder encoder = FromJson("""{"cats": 2.5, "chase": 0}""");

        Assert.That(Pairs(encoder.Encode("cats chase dogs")), Is.EqualTo(new[] { ("cats", 2.5f) }));
        Assert.That(encoder.MaxWeight, Is.EqualTo(2.5f));
    }

    [TestCase("{\"cats\":", "line 1")]
    [TestCase("[1]", "one JSON object")]
    [TestCase("{}", "no token weights")]
    [TestCase("{\"cats\": -1}", "'cats' is -1")]
    [TestCase("{\"cats\": 1e99}", "'cats'")]
    [TestCase("{\"cats\": \"x\"}", "not a number")]
    [TestCase("{\"cats\": 0}", "gives no word piece a weight")]
    [TestCase("{\"katzen und hunde\": 1}", "another vocabulary")]
    public void Broken_tables_are_refused_with_the_reason(string json, string reason) =>
        Assert.That(() => FromJson(json), Throws.InstanceOf<InvalidDataException>().With.Message.Contains(reason));

    [TestCase("idf.json", "")]
    [TestCase("query_token_weights.txt", "")]
    [TestCase("idf.json", "query_0_IDF")]
    [TestCase("model.safetensors", "query_0_SparseStaticEmbedding")]
    public void Model_folder_gives_tokenizer_and_table(string file, string inside)
    {
        string folder = Path.Combine(TestContext.CurrentContext.WorkDirectory, "idf-" + inside + file);
        Directory.CreateDirectory(Path.Combine(folder, inside));
        File.WriteAllText(Path.Combine(folder, "vocab.txt"), "[PAD]\n[UNK]\n[CLS]\n[SEP]\ncats\n##s\n");
        File.WriteAllBytes(Path.Combine(folder, inside, file), file switch
        {
            "idf.json" => "{\"[CLS]\": 1, \"cats\": 2.5, \"##s\": 0.5}"u8.ToArray(),
            "query_token_weights.txt" => "[CLS]\t1\r\ncats\t2.5\n##s\t0.5\n"u8.ToArray(),
            _ => Safetensors([1, 1, 1, 1, 2.5f, 0.5f]),
        });

        using InferenceFreeEncoder encoder = InferenceFreeEncoder.FromFolder(folder);

        Assert.That(Pairs(encoder.Encode("Catss"), encoder.Vocabulary), Is.EqualTo(new[] { ("cats", 2.5f), ("##s", 0.5f) }));
    }

    [Test]
    public void Folder_without_a_table_is_refused()
    {
        string folder = Directory.CreateDirectory(Path.Combine(TestContext.CurrentContext.WorkDirectory, "idf-none")).FullName;

        Assert.That(() => InferenceFreeEncoder.FromFolder(folder), Throws.InstanceOf<IOException>().With.Message.Contains("idf.json"));
        Assert.That(() => InferenceFreeEncoder.FromFolder(folder + "x"), Throws.InstanceOf<IOException>().With.Message.Contains("does not exist"));
    }

    [TestCase(0)]
    [TestCase(7)]
    [TestCase(20)]
    [TestCase(60)]
    public void Cut_safetensors_are_refused(int length)
    {
        string folder = Path.Combine(TestContext.CurrentContext.WorkDirectory, "idf-cut");
        string tensors = Path.Combine(Directory.CreateDirectory(Path.Combine(folder, "query_0_IDF")).FullName, "model.safetensors");
        File.WriteAllText(Path.Combine(folder, "vocab.txt"), "[PAD]\n[UNK]\n[CLS]\n[SEP]\ncats\n##s\n");
        File.WriteAllBytes(tensors, Safetensors([1, 1, 1, 1, 2.5f, 0.5f])[..length]);

        Assert.That(() => InferenceFreeEncoder.FromFolder(folder), Throws.InstanceOf<InvalidDataException>().With.Message.Contains("model.safetensors"));
    }

    private static InferenceFreeEncoder FromJson(string json) =>
        InferenceFreeEncoder.FromIdfJson(new MemoryStream(Encoding.UTF8.GetBytes(json)), BuiltInVocabulary.Tokenizer);

    private static (string Piece, float Weight)[] Pairs(TermVector vector, Vocabulary? vocabulary = null)
    {
        var pairs = new (string, float)[vector.Count];
        for (int i = 0; i < pairs.Length; i++)
        {
            pairs[i] = ((vocabulary ?? BuiltIn.Vocabulary)[vector.Terms[i]], vector.Weights[i]);
        }

        return pairs;
    }

    internal static byte[] Safetensors(float[] weights) => TensorFile.Bytes(new TensorFile.Tensor("weight", "F32", [weights.Length], weights));
}
