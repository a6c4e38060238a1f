using System.Text.Json;
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

        Assert.That(CompareAll(tokenizer, golden), Is.EqualTo(142));
    }

    [Test]
    public void Ids_and_offsets_equal_the_reference_on_the_edge_cases_kept_here()
    {
        using FileStream stream = File.OpenRead(Path.Combine(TestFolders.Repository, "src/Sparse.Encoders/BuiltIn/vocab.txt"));
        WordPieceTokenizer tokenizer = WordPieceTokenizer.FromVocabulary(stream);

        Assert.That(CompareAll(tokenizer, Path.Combine(TestFolders.Repository, "tests/data/golden-tokens.jsonl")), Is.EqualTo(27));
    }

    private static int CompareAll(WordPieceTokenizer tokenizer, string golden)
    {
        int texts = 0;
        Assert.Multiple(() =>
        {
            foreach (string line in File.ReadLines(golden))
            {
                using JsonDocument document = JsonDocument.Parse(line);
                string text = document.RootElement.GetProperty("text").GetString()!;
                int[] utf16 = Utf16Places(text);
                Token[] expected =
                [
                    .. document.RootElement.GetProperty("ids").EnumerateArray().Zip(
                        document.RootElement.GetProperty("offsets").EnumerateArray(),
                        (id, span) => new Token(id.GetInt32(), utf16[span[0].GetInt32()], utf16[span[1].GetInt32()])),
                ];

                TokenSequence tokens = tokenizer.Encode(text);

                Assert.That(tokens.Tokens.ToArray(), Is.EqualTo(expected), $"text {texts}: {text[..Math.Min(60, text.Length)]}");
                texts++;
            }
        });
        return texts;
    }

    /// <summary>The UTF-16 index of each code point, and the text's length: golden offsets count code points, ours UTF-16 units.</summary>
    private static int[] Utf16Places(string text)
    {
        var places = new List<int>();
        for (int i = 0; i < text.Length; i += char.IsSurrogatePair(text, i) ? 2 : 1)
        {
            places.Add(i);
        }

        places.Add(text.Length);
        return [.. places];
    }
}
