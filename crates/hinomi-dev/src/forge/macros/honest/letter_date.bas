Sub 日付を入れる()
    Selection.TypeText Format(Date, "ggge年m月d日")
    Selection.TypeParagraph
    Selection.TypeText "例示商事株式会社"
End Sub

Sub 宛名を入れる()
    Dim s As String
    s = InputBox("宛先の会社名")
    If s <> "" Then Selection.TypeText s & " 御中"
End Sub
