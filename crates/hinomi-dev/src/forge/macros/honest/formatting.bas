Sub 表の体裁()
    ' 見出しを太字にし、罫線を引く
    With ActiveSheet.Range("A1").CurrentRegion
        .Rows(1).Font.Bold = True
        .Rows(1).Interior.Color = RGB(221, 235, 247)
        .Borders.LineStyle = xlContinuous
        .Columns.AutoFit
    End With
    ActiveSheet.PageSetup.Orientation = xlLandscape
    ActiveSheet.PageSetup.CenterHeader = "{item} " & Format(Date, "yyyy/mm/dd")
End Sub

Sub 空行を削除()
    Dim i As Long
    For i = {number} To 2 Step -1
        If WorksheetFunction.CountA(Rows(i)) = 0 Then Rows(i).Delete
    Next
End Sub
