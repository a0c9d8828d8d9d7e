Sub 宛名ラベル()
    Dim i As Long
    Dim t As Table
    Set t = ActiveDocument.Tables.Add(Selection.Range, 6, 2)
    For i = 1 To 12
        t.Cell((i + 1) \ 2, 2 - (i Mod 2)).Range.Text = "{item} " & i
    Next i
End Sub
