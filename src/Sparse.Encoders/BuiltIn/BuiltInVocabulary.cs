using Sparse.Tokens;

namespace Sparse.Encoders.BuiltIn;

/// <summary>The vocabulary of bert-base-uncased, stored once for the built-in SPLADE model and the built-in IDF table.</summary>
internal static class BuiltInVocabulary
{
    private static readonly Lazy<WordPieceTokenizer> Shared = new(Load);

    /// <summary>The tokenizer over it; one for the process.</summary>
    public static WordPieceTokenizer Tokenizer => Shared.Value;

    private static WordPieceTokenizer Load()
    {
        using Stream stream = typeof(BuiltInVocabulary).Assembly.GetManifestResourceStream("Sparse.Encoders.BuiltIn.vocab.txt")!;
        return WordPieceTokenizer.FromVocabulary(stream);
    }
}
