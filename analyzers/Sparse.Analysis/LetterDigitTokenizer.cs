using System.Globalization;
using System.Text;
using Lucene.Net.Analysis.Util;
using Lucene.Net.Util;

namespace Sparse.Analysis;

/// <summary>Splits text into its longest runs of letters and digits, as Unicode has them; everything else separates.</summary>
/// <remarks>Offsets are UTF-16 indices of the original text. Runs past 255 characters are cut there, as every CharTokenizer of Lucene does.</remarks>
internal sealed class LetterDigitTokenizer(TextReader input) : CharTokenizer(LuceneVersion.LUCENE_48, input)
{
    protected override bool IsTokenChar(int c)
    {
        // A lone surrogate is no scalar value; it separates.
        if (!Rune.IsValid(c))
        {
            return false;
        }

        return Rune.GetUnicodeCategory(new Rune(c)) is <= UnicodeCategory.OtherLetter
            or UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber;
    }
}
