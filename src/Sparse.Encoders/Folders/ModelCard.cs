namespace Sparse.Encoders.Folders;

/// <summary>What the card of a Hugging Face folder (README.md) says above its text.</summary>
internal static class ModelCard
{
    private const int LongestHeader = 200;

    /// <summary>The one language that a model is for.</summary>
    /// <param name="folder">The model's folder.</param>
    /// <returns>Its ISO 639-1 code; null when the card names none or several, or there is no card.</returns>
    public static string? Language(string folder)
    {
        string path = Path.Combine(folder, "README.md");
        if (!File.Exists(path))
        {
            return null;
        }

        string[] lines = [.. File.ReadLines(path).Take(LongestHeader)];
        int end = lines.Length > 0 && lines[0].Trim() == "---" ? Array.FindIndex(lines, 1, line => line.Trim() == "---") : -1;
        int at = end < 0 ? -1 : Array.FindIndex(lines, 1, end - 1, line => line.StartsWith("language:", StringComparison.Ordinal));
        if (at < 0)
        {
            return null;
        }

        // "language: en", "language: [en]", or a list of "- en" on lines of their own.
        string value = lines[at]["language:".Length..].Trim(' ', '[', ']', '"', '\'');
        string[] codes = value.Length > 0
            ? value.Split(',', StringSplitOptions.TrimEntries)
            : [.. lines[(at + 1)..end].TakeWhile(line => line.TrimStart().StartsWith('-')).Select(line => line.Trim(' ', '-', '"', '\''))];
        return codes is [{ Length: 2 } code] ? code : null;
    }
}
