using Sparse.Tokens;

namespace Sparse.Tests.Tokens;

/// <summary>Ids and offsets equal those of Hugging Face tokenizers on every text of the reference corpus.</summary>
public class GoldenTokensTests
{
    [TestCase("tokenizer.json")]
    [TestCase("vocab.txt")]
    public void Ids_and_offsets_equal_the_reference_on_all_golden_texts(string source)
    {
        string golden = SharedData.Path("models/splade-tiny/golden.jsonl");
        string file = SharedData.Path("models/splade-tiny/" + source);
        using FileStream stream = File.OpenRead(file);
        WordPieceTokenizer tokenizer = source == "vocab.txt" ? WordPieceTokenizer.FromVocabulary(stream) : WordPieceTokenizer.FromTokenizerJson(stream);

        Assert.That(GoldenTexts.Compare(golden, text => tokenizer.Encode(text)), Is.EqualTo(142));
    }

    [Test]
    public void Ids_and_offsets_equal_the_reference_on_the_edge_cases_kept_here()
    {
        using FileStream stream = File.OpenRead(Path.Combine(TestFolders.Repository, "src/Sparse.Encoders/BuiltIn/vocab.txt"));
        WordPieceTokenizer tokenizer = WordPieceTokenizer.FromVocabulary(stream);

        Assert.That(GoldenTexts.Compare(Path.Combine(TestFolders.Repository, "tests/data/golden-tokens.jsonl"), text => tokenizer.Encode(text)), Is.EqualTo(27));
    }
}
