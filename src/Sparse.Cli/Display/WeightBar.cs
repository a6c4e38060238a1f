namespace Sparse.Cli.Display;

/// <summary>Draws a share of a width in eighths of a column; block characters need no colour and survive redirection.</summary>
internal static class WeightBar
{
    private const string Eighths = " ▏▎▍▌▋▊▉";

    /// <summary>Draws one bar.</summary>
    /// <param name="share">0 to 1; more counts as 1.</param>
    /// <param name="columns">Width of a whole bar.</param>
    /// <returns>The bar without padding; at least one eighth for any share above 0.</returns>
    public static string Draw(double share, int columns)
    {
        int eighths = (int)Math.Round(Math.Clamp(share, 0, 1) * columns * 8);
        if (share > 0 && eighths == 0)
        {
            eighths = 1;
        }

        string full = new('█', eighths / 8);
        return eighths % 8 == 0 ? full : full + Eighths[eighths % 8];
    }
}
