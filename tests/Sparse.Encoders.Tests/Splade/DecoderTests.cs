using System.Globalization;
using System.Text.Json;
using Sparse.Encoders.Batches;
using Sparse.Encoders.Import;
using Sparse.Encoders.Onnx;
using Sparse.Encoders.Splade;
using Sparse.Tokens;
using Sparse.Vectors;

namespace Sparse.Encoders.Tests.Splade;

/// <summary>Decoder-only models with echoed texts, against the goldens of tiny-decoder.</summary>
internal sealed class DecoderTests
{
    private static readonly SpladeEncoderOptions Options = new() { MaxTokens = 512, Threads = 2 };

    private IReadOnlyList<Golden> _golden = [];

    [OneTimeSetUp]
    public void Read() => _golden =
    [
        .. File.ReadLines(Path.Combine(SharedData.Folder("models/tiny-decoder"), "golden.jsonl")).Select(line => JsonElement.Parse(line))
            .Where(json => json.TryGetProperty("echo_ids", out _))
            .Select(json => new Golden(
                json.GetProperty("text").GetString()!, [.. json.GetProperty("echo_ids").EnumerateArray().Select(id => id.GetInt32())],
                json.GetProperty("pool_from").GetInt32(), json.GetProperty("nonzero").GetInt32(), Pairs(json.GetProperty("top64")), Pairs(json.GetProperty("classic_top64")))),
    ];

    [Test]
    public void Echoed_text_has_the_ids_of_the_reference_and_its_second_copy_is_pooled()
    {
        ITokenizer tokenizer = TokenizerFolder.Read(SharedData.Folder("models/tiny-decoder"));
        var template = new PromptTemplate("{text}{text}", tokenizer);

        foreach (Golden golden in _golden)
        {
            TokenSequence tokens = template.Apply(golden.Text, 512, out ModelInput input);
            Assert.That(input.Ids, Is.EqualTo(golden.EchoIds), golden.Text);
            Assert.That((input.From, input.To), Is.EqualTo((golden.PoolFrom, golden.EchoIds.Length)), golden.Text);
            Assert.That(tokens.Tokens[input.From].Start, Is.EqualTo(tokens.Tokens[1].Start), golden.Text);
        }
    }

    [Test]
    public void Echo_gives_the_same_64_terms_within_1e_4([Values] bool isImported)
    {
        using var scratch = new Scratch();
        string folder = SharedData.Folder("models/tiny-decoder");
        folder = isImported ? ModelImport.Import(folder, scratch["out"]).Folder : folder;
        using SpladeEncoder encoder = SpladeEncoder.FromFolder(folder, Options);

        AssertTop(encoder, golden => golden.Top64);
        IReadOnlyList<TermVector> vectors = encoder.Encode([.. _golden.Select(golden => golden.Text)]);
        int furthest = Enumerable.Range(0, _golden.Count).Max(i => Math.Abs(vectors[i].Count - _golden[i].NonZero));
        TestContext.Out.WriteLine($"number of terms differs by at most {furthest}");
        Assert.That(furthest, Is.LessThanOrEqualTo(3), "a logit within float rounding of 0 may fall on either side");
    }

    [Test]
    public void Classic_mode_gives_the_same_64_terms_within_1e_4()
    {
        using SpladeEncoder encoder = SpladeEncoder.FromFolder(SharedData.Folder("models/tiny-decoder"), Options with { Template = "{text}" });

        AssertTop(encoder, golden => golden.ClassicTop64);
    }

    [Test]
    public void Text_has_the_same_vector_alone_and_among_others()
    {
        using SpladeEncoder encoder = SpladeEncoder.FromFolder(SharedData.Folder("models/tiny-decoder"), Options);
        IReadOnlyList<TermVector> together = encoder.Encode([.. _golden.Select(golden => golden.Text)]);

        for (int i = 0; i < _golden.Count; i += 3)
        {
            Assert.That(GoldenTests.Furthest(encoder.Encode([_golden[i].Text])[0], GoldenTests.Weights(together[i])), Is.LessThan(1e-5f));
        }
    }

    [Test]
    public void Source_of_a_weight_is_a_word_of_the_second_copy()
    {
        using SpladeEncoder encoder = SpladeEncoder.FromFolder(SharedData.Folder("models/tiny-decoder"), Options);
        SourcedTerms sourced = encoder.EncodeWithSources("Matrix Inversion");
        int from = (sourced.Tokens.Count + 1) / 2;

        Assert.That(sourced.Terms, Is.Not.Empty);
        Assert.That(sourced.Terms.Where(term => term.Position < from || sourced.Tokens.Tokens[term.Position].IsAdded), Is.Empty);
        Assert.That(GoldenTests.Furthest(encoder.Encode(["Matrix Inversion"])[0], sourced.Terms.ToDictionary(term => term.Term, term => term.Weight)), Is.LessThan(1e-5f));
    }

    [Test]
    public void Empty_text_has_no_terms()
    {
        using SpladeEncoder encoder = SpladeEncoder.FromFolder(SharedData.Folder("models/tiny-decoder"), Options);

        Assert.That(encoder.Encode([""])[0].Count, Is.Zero);
        Assert.That(encoder.EncodeWithSources("").Terms, Is.Empty);
    }

    [Test]
    public void Template_of_a_prompt_pools_the_last_copy_alone_and_cuts_each_copy_at_the_same_place()
    {
        using var scratch = new Scratch();
        ToyModel toy = ToyModel.Write(scratch["toy"]);
        ITokenizer tokenizer = TokenizerFolder.Read(toy.Folder);
        var template = new PromptTemplate("w5 {text} w6 {text} w7", tokenizer);

        template.Apply("w10 w11", 64, out ModelInput input);
        Assert.That(input.Ids, Is.EqualTo(new[] { 2, 5, 10, 11, 6, 10, 11, 7, 3 }));
        Assert.That((input.From, input.To), Is.EqualTo((5, 7)));
        TokenSequence cut = template.Apply("w10 w11 w12", 10, out input);
        Assert.That(input.Ids, Is.EqualTo(new[] { 2, 5, 10, 11, 6, 10, 11, 7, 3 }));
        Assert.That(cut.IsTruncated, Is.True);
        Assert.That(template.MinTokens, Is.EqualTo(9));

        foreach (ToyHead head in new[] { ToyHead.Tied, ToyHead.Opaque })
        {
            ToyModel model = ToyModel.Write(scratch["toy" + head], head);
            using SpladeEncoder encoder = SpladeEncoder.FromFolder(model.Folder, new SpladeEncoderOptions { MaxTokens = 64, Threads = 1, Template = "w5 {text} w6" });
            IReadOnlyList<TermVector> vectors = encoder.Encode(["w10 w11 w12", "w13"]);
            Assert.That(GoldenTests.Furthest(vectors[0], model.Weights([10, 11, 12])), Is.LessThan(1e-5f), "the toy's logits depend on their own place only");
            Assert.That(GoldenTests.Furthest(vectors[1], model.Weights([13])), Is.LessThan(1e-5f));
        }
    }

    [Test]
    public void Template_is_kept_by_the_import_and_can_not_be_added_later()
    {
        using var scratch = new Scratch();
        ToyModel toy = ToyModel.Write(scratch["toy"]);
        var options = new SpladeEncoderOptions { MaxTokens = 64, Threads = 1 };
        ModelImport.Import(toy.Folder, scratch["with"], new ModelImportOptions { Template = "w5 {text}" });
        ModelImport.Import(toy.Folder, scratch["without"]);
        using SpladeEncoder encoder = SpladeEncoder.FromFolder(scratch["with"], options);

        Assert.That(GoldenTests.Furthest(encoder.Encode(["w10"])[0], toy.Weights([10])), Is.LessThan(1e-5f));
        Assert.That(() => SpladeEncoder.FromFolder(scratch["without"], options with { Template = "{text}" }),
            Throws.InstanceOf<InvalidDataException>().With.Message.Contains("imported without a template"));
        Assert.That(() => SpladeEncoder.FromFolder(toy.Folder, options with { Template = "text" }), Throws.InstanceOf<ArgumentException>().With.Message.Contains("it does 0 times"));
        Assert.That(() => SpladeEncoder.FromFolder(toy.Folder, options with { MaxTokens = 5, Template = "{text}{text}" }),
            Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("less than the 6"));
        Assert.That(() => ModelImport.Import(toy.Folder, scratch["bad"], new ModelImportOptions { Template = "x" }), Throws.InstanceOf<ArgumentException>());
        Assert.That(Directory.Exists(scratch["bad"]), Is.False);
    }

    private void AssertTop(SpladeEncoder encoder, Func<Golden, Dictionary<int, float>> expected)
    {
        IReadOnlyList<TermVector> vectors = encoder.Encode([.. _golden.Select(golden => golden.Text)]);
        Assert.That(_golden, Has.Count.EqualTo(12));
        float furthest = 0;
        for (int i = 0; i < _golden.Count; i++)
        {
            Dictionary<int, float> top = GoldenTests.Weights(vectors[i]).OrderByDescending(term => term.Value).ThenBy(term => term.Key).Take(64).ToDictionary();
            Dictionary<int, float> golden = expected(_golden[i]);
            Assert.That(top.Keys, Is.EquivalentTo(golden.Keys), _golden[i].Text);
            furthest = Math.Max(furthest, golden.Max(term => Math.Abs(term.Value - top[term.Key])));
        }

        TestContext.Out.WriteLine($"largest difference {furthest}");
        Assert.That(furthest, Is.LessThan(1e-4f));
    }

    private static Dictionary<int, float> Pairs(JsonElement json) =>
        json.EnumerateObject().ToDictionary(term => int.Parse(term.Name, CultureInfo.InvariantCulture), term => term.Value.GetSingle());

    private sealed record Golden(string Text, int[] EchoIds, int PoolFrom, int NonZero, Dictionary<int, float> Top64, Dictionary<int, float> ClassicTop64);
}
